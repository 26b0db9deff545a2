# Killing, and load without killing. Included by the Makefile. The last line of each is JSON.

.PHONY: chaos bench-failover soak
chaos: daemons ; VARIANT=$(VARIANT) /usr/bin/python3 -B tests/chaos/chaos.py --kills $(or $(KILLS),100) $(if $(SEED),--seed $(SEED)) $(if $(SEVERAL),--several)
bench-failover: daemons ; VARIANT=$(VARIANT) /usr/bin/python3 -B tests/bench/failover.py --kills $(or $(KILLS),60)
soak: daemons ; VARIANT=$(VARIANT) /usr/bin/python3 -B tests/bench/soak.py --minutes $(or $(MINUTES),20)

# the store in a file beside the store on a server; the last line is JSON
.PHONY: bench-store
bench-store: daemons $(OUT)/tests/bench/load ; @/usr/bin/python3 -B tests/bench/store.py

# a machine that fails, loaded into a daemon; without the sanitizers, as tests/model.mk's resolver
FAULTS := $(OUT)/tests/tools/faults.so
units daemons: $(FAULTS)

$(FAULTS): tests/tools/faults.c
	@mkdir -p $(@D)
	$(CC) -std=c11 -D_GNU_SOURCE -O1 -Wall -Wextra -fPIC -shared $< -o $@ -ldl

# a flood on the bus beside streams from the model (stack-notes 8, rule 9); the last line is JSON
.PHONY: bench-flood
bench-flood: daemons ; @/usr/bin/python3 -B tests/bench/flood.py --messages $(or $(MESSAGES),100000)
