#!/usr/bin/env bash
source ./lib.sh
. "$HOME/.profile"

LIMIT=10
readonly NAME="store ${USER}"

# Finds it.
find_key() {
  local key="$1" found=''
  for item in "${ITEMS[@]}"; do
    if [[ "$item" == "$key" ]]; then
      found=$(printf '%s' "$item")
    else
      continue
    fi
  done
  case "$found" in
    a*) echo near ;;
    *) log "far $found" ;;
  esac
}

find_key "$1" | grep -v x
