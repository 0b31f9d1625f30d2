#!/usr/bin/env bash
# Builds the product and runs every test. Installs what the tests need on Debian when it is missing, starts PostgreSQL
# on a free loopback port, and prints one line at the end: "N passed, N failed, N skipped".
# With CI=true a skipped test is a failure: CI has the data, the browser and the database.
set -uo pipefail
cd "$(dirname "$0")/.."
root=$PWD
work=$(mktemp -d)
postgres_data=
log() { printf '\n== %s\n' "$*"; }

finish() {
  [ -n "$postgres_data" ] && as_postgres "$(postgres_bin)/pg_ctl" -D "$postgres_data" -m immediate stop >/dev/null 2>&1
  rm -rf "$work"
}
trap finish EXIT

as_root() { if [ "$(id -u)" = 0 ]; then "$@"; else sudo "$@"; fi; }
as_postgres() { if [ "$(id -u)" = 0 ]; then runuser -u postgres -- "$@"; else "$@"; fi; }
postgres_bin() { ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -V | tail -1; }
free_port() { node -e 'const s=require("net").createServer().listen(0,"127.0.0.1",()=>{console.log(s.address().port);s.close()})'; }

install_missing() {
  local missing=()
  command -v node >/dev/null || missing+=(nodejs)
  command -v npm >/dev/null || missing+=(npm)
  command -v chromium >/dev/null || missing+=(chromium)
  [ -n "$(postgres_bin)" ] && [ -x "$(postgres_bin)/initdb" ] || missing+=(postgresql)
  command -v redis-server >/dev/null || missing+=(redis-server)
  ls /usr/lib/*/faketime/libfaketime.so.1 >/dev/null 2>&1 || missing+=(faketime)
  ls /usr/lib/*/libgomp.so.1 >/dev/null 2>&1 || missing+=(libgomp1)
  fc-list 2>/dev/null | grep -qi 'noto.*cjk' || missing+=(fonts-noto-cjk fontconfig)
  [ ${#missing[@]} = 0 ] && return
  log "Installing ${missing[*]}"
  as_root apt-get update -qq && DEBIAN_FRONTEND=noninteractive as_root apt-get install -y -qq --no-install-recommends "${missing[@]}" >"$work/apt.log" 2>&1 || { tail -20 "$work/apt.log"; exit 1; }
}

start_postgres() {
  local port
  port=$(free_port)
  mkdir "$work/postgres" && chmod 711 "$work"
  [ "$(id -u)" = 0 ] && chown postgres "$work/postgres"
  postgres_data=$work/postgres/data
  as_postgres "$(postgres_bin)/initdb" -D "$postgres_data" -U postgres -A trust -E UTF8 --locale=C.UTF-8 >/dev/null || exit 1
  as_postgres "$(postgres_bin)/pg_ctl" -D "$postgres_data" -w -l "$work/postgres/log" \
    -o "-p $port -k $work/postgres -c listen_addresses=127.0.0.1 -c max_connections=300 -c fsync=off" start >/dev/null || { cat "$work/postgres/log"; exit 1; }
  export BEHAVIOR_TEST_POSTGRES="Host=127.0.0.1;Port=$port;Username=postgres"
}

install_missing
export BEHAVIOR_DATA=${BEHAVIOR_DATA:-$(realpath -m "$root/../shared/data")}
export CHROMIUM=${CHROMIUM:-$(command -v chromium)}
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1

log "Building"
dotnet build BehaviorDashboard.sln -c Release -nologo -v q -clp:ErrorsOnly || { echo "The build failed."; exit 1; }

for package in tests/*/package-lock.json; do
  [ -e "$package" ] || continue
  log "npm packages of $(dirname "$package")"
  (cd "$(dirname "$package")" && npm ci --no-audit --no-fund --ignore-scripts --loglevel=error) || exit 1
done

log "Starting PostgreSQL"
start_postgres

total=0 failed=0 skipped=0 broken=0
: >"$work/failures"
for project in tests/*/*.csproj; do
  grep -q '<IsTestProject>true' "$project" || continue
  log "$project"
  report=$work/$(basename "$project").log
  dotnet run --project "$project" -c Release --no-build -- -noColor 2>&1 | tee "$report" | grep -vE '^ *(Discover|Start|Finish)' 
  code=${PIPESTATUS[0]}
  summary=$(grep -oE 'Total: [0-9]+, Errors: [0-9]+, Failed: [0-9]+, Skipped: [0-9]+' "$report" | tail -1)
  read -r t e f s <<<"$(echo "$summary" | grep -oE '[0-9]+' | tr '\n' ' ')"
  if [ -z "$summary" ] || [ "${t:-0}" = 0 ]; then echo "$project ran no test (exit $code)."; broken=1; continue; fi
  total=$((total + t)) failed=$((failed + e + f)) skipped=$((skipped + s))
  grep -aE -A 12 '\[FAIL\]' "$report" >>"$work/failures"
  [ "$code" = 0 ] || [ $((e + f)) -gt 0 ] || { echo "$project ended with exit code $code."; broken=1; }
done

# Once more at the end, where a long log is read first.
[ -s "$work/failures" ] && { log "What failed"; cat "$work/failures"; }
echo
echo "$((total - failed - skipped)) passed, $failed failed, $skipped skipped"
[ "$broken" = 0 ] && [ "$failed" = 0 ] || exit 1
if [ "${CI:-}" = true ] && [ "$skipped" -gt 0 ]; then echo "CI must not skip: see the reasons above."; exit 1; fi
