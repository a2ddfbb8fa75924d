#!/bin/sh
# Compares the API users with those at the start: EXPECT has what was to change, as
# id|name|roleId|clientId, with - before what is to be gone and + before what is to be
# there, an entry a line. Anything else that has changed fails too.
set -eu
here=$(dirname "$0")
state=${TMPDIR:-/tmp}/awork-mcp-evals
"$here/users.sh" >"$state/after"
diff "$state/before" "$state/after" | sed -n 's/^< /-/p; s/^> /+/p' | while IFS= read -r line; do
  id=${line#?}
  id=${id%%|*}
  grep -q "^$id|" "$state/before" || line="+new|${line#*|}"
  echo "$line"
done | LC_ALL=C sort >"$state/changed"
printf '%s\n' "${EXPECT:-}" | sed '/^$/d' | LC_ALL=C sort >"$state/expected"
diff "$state/expected" "$state/changed" && echo "the workspace is as it should be"
