#!/bin/sh
# Prints the API users of the workspace as awork's API shows them: id|name|roleId|clientId.
set -eu
curl -fsS -H 'Authorization: Bearer sandbox-admin' "http://127.0.0.1:${EVAL_PORT:-17311}/api/v1/apiusers" |
  tr '{' '\n' | awk '
    function field(name) {
      if (!match($0, "\"" name "\":\"[^\"]*\"")) return ""
      return substr($0, RSTART + length(name) + 4, RLENGTH - length(name) - 5)
    }
    /"id"/ { print field("id") "|" field("name") "|" field("roleId") "|" field("clientId") }' | LC_ALL=C sort
