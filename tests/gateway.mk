# What the gateway's fuzz targets are linked with. Included by the Makefile.
FUZZ_LIBS_fuzz_run_input := gateway/libgateway.a
FUZZ_LIBS_fuzz_token := gateway/libgateway.a

# what idle WebSockets cost, and whether a busy one feels them; the last line is JSON
.PHONY: bench-idle
bench-idle: daemons ; @/usr/bin/python3 -B tests/bench/idle.py --clients $(or $(CLIENTS),10000)
