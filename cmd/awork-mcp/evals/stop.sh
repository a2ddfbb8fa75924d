#!/bin/sh
# Ends the workspace that start.sh started.
set -eu
state=${TMPDIR:-/tmp}/awork-mcp-evals
if [ -f "$state/pid" ]; then
  kill "$(cat "$state/pid")" 2>/dev/null || true
  rm -r "$state"
fi
