# TeleClaude's daemon, its client and tc-migrate, from the packages that ci/package makes. docs/container.md says how to run it.
#
#   docker build --tag teleclaude .

FROM swift:6.3-bookworm AS build
WORKDIR /source
COPY . .
RUN ci/package --output /packages

FROM debian:bookworm-slim
# The package's own script makes user, folders and settings, as on any machine. Its record goes, and the folder of the log: what is
# here is the image's affair, and the log the engine's; telec doctor knows both by that. Numbers are checked, because the compose file's
# secrets and volumes are given to them.
RUN --mount=type=bind,from=build,source=/packages,target=/packages \
    apt-get update \
    && apt-get install -y --no-install-recommends tmux /packages/tc-migrate_*.deb /packages/teleclaude_*.deb \
    && rm -rf /var/lib/apt/lists/* /etc/teleclaude/installed.sha256 /var/log/teleclaude \
    && install -d -o teleclaude -g teleclaude -m 755 /run/teleclaude \
    && test "$(id -u teleclaude):$(id -g teleclaude)" = 999:999
USER 999:999
VOLUME ["/var/lib/teleclaude", "/run/teleclaude"]
ENTRYPOINT ["teleclauded"]
# For whoever starts the image by itself. It looks at what the daemon's user may look at.
HEALTHCHECK --interval=30s --timeout=15s --start-period=60s CMD ["telec", "doctor", "--quiet"]
