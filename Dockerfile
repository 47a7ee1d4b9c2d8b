# The image of Seamark: `docker build --tag seamark .` in the repository's root. See image/README.md.

# The Node that apps/server/package.json pins.
ARG NODE=26.10.0
ARG DEBIAN=trixie

# What npm reads to install: alone, so that what was installed is good until one of these changes.
FROM --platform=$BUILDPLATFORM node:${NODE}-${DEBIAN}-slim AS manifests
WORKDIR /seamark
COPY package.json package-lock.json .npmrc ./
COPY apps/server/package.json apps/server/
COPY packages/matcher/package.json packages/matcher/
COPY packages/protocol/package.json packages/protocol/
COPY packages/snapshot/package.json packages/snapshot/
COPY packages/udp/package.json packages/udp/
COPY packages/watcher/package.json packages/watcher/

# JavaScript, which is the same on every platform. No library's install script is run: those of Node fetch what
# this image has already, and everything native comes compiled.
FROM manifests AS build
ENV TURBO_TELEMETRY_DISABLED=1
RUN npm ci --ignore-scripts
COPY tsconfig.base.json turbo.json ./
COPY apps apps
COPY packages packages
RUN npm run build
RUN mkdir built \
 && cp -R --parents apps/server/bin apps/server/dist built \
 && find built -name '*.map' -delete

# The libraries, for the platform that the image is for.
FROM node:${NODE}-${DEBIAN}-slim AS libraries
WORKDIR /seamark
COPY --from=manifests /seamark ./
RUN npm ci --ignore-scripts --omit=dev

FROM debian:${DEBIAN}-slim
LABEL org.opencontainers.image.title="Seamark" \
      org.opencontainers.image.description="Authoritative DNS for the edge of Kubernetes" \
      org.opencontainers.image.licenses="Apache-2.0"
# Node's libraries; and setpriv may hold the one capability, to hand it on (image/README.md).
RUN apt-get update \
 && apt-get install --yes --no-install-recommends libatomic1 libstdc++6 libcap2-bin \
 && setcap cap_net_bind_service=ep /usr/bin/setpriv \
 && apt-get purge --yes --auto-remove libcap2-bin \
 && rm -rf /var/lib/apt/lists/*
COPY --from=libraries /usr/local/bin/node /usr/local/bin/
COPY --from=libraries /seamark /seamark
COPY --from=build /seamark/built /seamark
COPY LICENSE /seamark/
COPY --chmod=755 image/seamark /usr/local/bin/
# Whatever user the container runs as, there need be no home of his.
ENV NODE_ENV=production HOME=/
USER 65532:65532
WORKDIR /etc/seamark
EXPOSE 53/udp 53/tcp
ENTRYPOINT ["seamark"]
CMD ["serve", "--config", "/etc/seamark/Corefile"]
