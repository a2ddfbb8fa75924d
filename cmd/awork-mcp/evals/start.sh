#!/bin/sh
# Starts a fresh awork workspace in memory and remembers its API users.
# FAULT, where set, is a fault of it. EVAL_PROGRAM and EVAL_PORT have defaults.
set -eu
here=$(dirname "$0")
state=${TMPDIR:-/tmp}/awork-mcp-evals
"$here/stop.sh"
mkdir -p "$state"
set -- sandbox --listen 127.0.0.1:${EVAL_PORT:-17311} --rate-limit off
[ -z "${FAULT:-}" ] || set -- "$@" --fault "$FAULT"
nohup "${EVAL_PROGRAM:-awork-mcp}" "$@" >"$state/log" 2>&1 </dev/null &
echo $! >"$state/pid"
tries=0
until "$here/users.sh" >"$state/before" 2>/dev/null && [ -s "$state/before" ]; do
  tries=$((tries + 1))
  [ $tries -lt 100 ] || { cat "$state/log"; exit 1; }
  sleep 0.1
done
if [ -n "${RENAME:-}" ]; then
  id=${RENAME%%=*}
  role=$(grep "^$id|" "$state/before" | cut -d'|' -f3)
  curl -fsS -o /dev/null -X PUT -H 'Authorization: Bearer sandbox-admin' -H 'Content-Type: application/json' \
    -d "{\"name\":\"${RENAME#*=}\",\"roleId\":\"$role\"}" "http://127.0.0.1:${EVAL_PORT:-17311}/api/v1/apiusers/$id"
  "$here/users.sh" >"$state/before"
fi
