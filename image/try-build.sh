#!/usr/bin/env bash
# Builds the image where no registry is to be had, and runs it as container runtimes do. On Debian, as root, with
# buildah, debootstrap and libcap2-bin installed; the base images are made of Debian's and npm's packages.
#
#   image/try-build.sh [FOLDER]     keeps its images in FOLDER (2 GB), where a second run finds them again
set -euo pipefail
cd "$(dirname "$0")/.."
folder=$(realpath -m "${1:-/tmp/seamark-image}")
export STORAGE_DRIVER=vfs BUILDAH_ISOLATION=chroot DEBIAN_FRONTEND=noninteractive
mkdir -p "$folder"

say() { printf '%s\n' "$*" >&2; }
store() { buildah --root "$folder/store" --runroot "$folder/run" "$@"; }
argument() { sed -n "s/^ARG $1=//p" Dockerfile; }

debian=docker.io/library/debian:$(argument DEBIAN)-slim
node=docker.io/library/node:$(argument NODE)-$(argument DEBIAN)-slim
certificates=/etc/ssl/certs/ca-certificates.crt

make_debian() {
  say "making $debian"
  local mirror
  mirror=$(apt-get indextargets --format '$(SITE)' 'Created-By: Packages' | grep '/debian$' | head -n 1)
  debootstrap --variant=minbase "$(argument DEBIAN)" "$folder/debian" "${mirror%/}" > "$folder/debootstrap.log"
  # Whatever stands between this machine and npm's registry is trusted in there, too.
  mkdir -p "$folder/debian/etc/ssl/certs"
  cp "$certificates" "$folder/debian$certificates"
  local container
  container=$(store from scratch)
  store copy --quiet "$container" "$folder/debian" /
  store commit --quiet --rm "$container" "$debian" > /dev/null
  rm -rf "$folder/debian"
}

make_node() {
  say "making $node"
  local container npm
  npm=$(sed -n 's/.*"packageManager": "npm@\(.*\)".*/\1/p' package.json)
  npm install --silent --prefix "$folder/npm" "npm@$npm"
  container=$(store from "$debian")
  store run "$container" -- sh -c \
    'apt-get update -qq && apt-get install -qq --yes --no-install-recommends libatomic1' > /dev/null 2>&1
  store copy --quiet "$container" "$(realpath node_modules/node/bin/node)" /usr/local/bin/node
  store copy --quiet "$container" "$folder/npm/node_modules/npm" /usr/local/lib/node_modules/npm
  store run "$container" -- ln -s ../lib/node_modules/npm/bin/npm-cli.js /usr/local/bin/npm
  store config --env "NODE_EXTRA_CA_CERTS=$certificates" "$container"
  store commit --quiet --rm "$container" "$node" > /dev/null
}

store inspect --type image "$debian" > /dev/null 2>&1 || make_debian
store inspect --type image "$node" > /dev/null 2>&1 || make_node
say 'building'
store bud --pull-never --layers --tag seamark:try . > "$folder/build.log" 2>&1 || {
  tail -n 30 "$folder/build.log" >&2
  exit 1
}

container=$(store from localhost/seamark:try)
root=$(store mount "$container")
mkdir -p "$root/etc/seamark"
end() {
  umount "$root/proc" "$root/dev" 2> /dev/null || true
  store rm "$container" > /dev/null
}
trap end EXIT
mount --bind /proc "$root/proc"
mount --bind /dev "$root/dev"

say "files with capabilities: $(getcap -r "$root" 2> /dev/null | sed "s#$root##")"
printf '.:{$PORT} {\n bind 127.0.0.1\n errors\n k8s_gateway example.com {\n  manifests manifests\n }\n}\n' \
  > "$root/etc/seamark/Corefile"
cp -R examples/manifests "$root/etc/seamark/"

all=$(capsh --print | sed -n 's/^Bounding set =//p')
others=$(tr , '\n' <<< "$all" | grep -v '^cap_net_bind_service$' | paste -sd,)
least=$(cat /proc/sys/net/ipv4/ip_unprivileged_port_start)
low=$((least - 47))
hand_on=(setpriv --inh-caps=+net_bind_service --ambient-caps=+net_bind_service -- seamark)
failures=0

ask='const { Resolver } = require("node:dns/promises");
const resolver = new Resolver({ timeout: 500, tries: 1 });
resolver.setServers(["127.0.0.1:" + process.argv[1]]);
resolver.resolve4("shop.example.com").then(console.log, () => process.exit(1));'

# served|refused, a name, a port, what is dropped of the bounding set, capabilities of the process, flags, the program
try() {
  local expected=$1 name=$2 port=$3 drop=$4 capabilities=$5 flags=$6 found=refused server
  shift 6
  local program
  program=$(chroot "$root" sh -c "command -v $1")
  # As a runtime does: the capabilities are there when the program is started, and the user is another already.
  # shellcheck disable=SC2086
  PORT=$port capsh --chroot="$root" --drop="$drop" --keep=1 --gid=65532 --uid=65532 --caps="$capabilities" $flags \
    --shell="$program" -- "${@:2}" serve --config /etc/seamark/Corefile > "$folder/server.log" 2>&1 &
  server=$!
  for _ in $(seq 100); do
    if node -e "$ask" "$port" > /dev/null; then found=served && break; fi
    kill -0 "$server" 2> /dev/null || break
    sleep 0.1
  done
  kill "$server" 2> /dev/null || true
  wait "$server" || true
  if [ "$found" = "$expected" ]; then
    say "ok: $name: $found"
  else
    say "FAILED: $name: $found"
    tail -n 5 "$folder/server.log" >&2
    failures=$((failures + 1))
  fi
}

strict=--no-new-privs
try served  'the chart: no capability, no escalation' 11053 "$all" '=' "$strict" seamark
try served  'the chart on a low port: the capability, handed on' "$low" "$others" 'cap_net_bind_service=ep' "$strict" "${hand_on[@]}"
try served  'Docker: the capability allowed, a low port' "$low" "$others" '=' '' seamark
try served  'Docker: the capability allowed, no escalation, a high port' 11053 "$others" '=' "$strict" seamark
try refused 'a low port without the capability' "$low" "$all" '=' "$strict" seamark
try refused 'a low port, the capability behind a shell without escalation' "$low" "$others" 'cap_net_bind_service=ep' "$strict" seamark
[ "$failures" -eq 0 ]
