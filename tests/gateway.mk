# What the gateway's fuzz targets are linked with. Included by the Makefile.
FUZZ_LIBS_fuzz_run_input := gateway/libgateway.a
FUZZ_LIBS_fuzz_token := gateway/libgateway.a
