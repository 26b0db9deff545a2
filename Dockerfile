# One image for every daemon; compose.yaml says which one a container runs.
FROM debian:trixie-slim AS build
WORKDIR /src
COPY packages.txt .
RUN apt-get update -qq && \
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $(sed -n 's/^build  *//p' packages.txt) >/dev/null
COPY Makefile .
COPY common common
COPY gateway gateway
COPY orchestrator orchestrator
COPY psychologist psychologist
COPY extractor extractor
COPY wardrobe wardrobe
COPY understudy understudy
RUN make -s -j"$(nproc)" && mkdir -p /app/bin && \
    for daemon in gateway orchestrator psychologist extractor wardrobe understudy; do \
        strip -o /app/bin/$daemon build/release/$daemon/$daemon; done

FROM debian:trixie-slim
WORKDIR /app
COPY packages.txt .
RUN apt-get update -qq && \
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends \
        $(sed -n -e 's/^run  *//p' -e 's/^image  *//p' packages.txt) >/dev/null && \
    rm -rf /var/lib/apt/lists/* && \
    useradd --system --uid 10001 --home-dir /app ensemble && \
    mkdir -p /state && chown ensemble /state
COPY --from=build /app/bin /usr/local/bin
COPY common/model/prices.json common/model/
COPY orchestrator/*.md orchestrator/
COPY psychologist/*.md psychologist/*.json psychologist/
COPY extractor/*.md extractor/*.json extractor/
COPY gateway/web gateway/web
COPY wardrobe wardrobe
USER ensemble
ENV ENSEMBLE_STATE=/state
VOLUME /state
