# Killing, and load without killing. Included by the Makefile. The last line of each is JSON.

.PHONY: chaos bench-failover soak
chaos: daemons ; VARIANT=$(VARIANT) /usr/bin/python3 -B tests/chaos/chaos.py --kills $(or $(KILLS),100) $(if $(SEED),--seed $(SEED))
bench-failover: daemons ; VARIANT=$(VARIANT) /usr/bin/python3 -B tests/bench/failover.py --kills $(or $(KILLS),60)
soak: daemons ; VARIANT=$(VARIANT) /usr/bin/python3 -B tests/bench/soak.py --minutes $(or $(MINUTES),20)
