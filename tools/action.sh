#!/usr/bin/env bash
# The step of action.yml: reads its inputs from variables, checks, and passes the exit code on. Runs in bash anywhere.
set -euo pipefail

code=2  # until the check has said otherwise
finish() {
  [ -z "${tree:-}" ] || git worktree remove --force "$tree" || true
  [ -z "${GITHUB_OUTPUT:-}" ] || echo "exit-code=$code" >> "$GITHUB_OUTPUT"
  exit "$code"
}
trap finish EXIT

# Whether there is a file under one of some files, folders or globs.
holds() {
  local IFS= given found
  shopt -s globstar 2> /dev/null || true
  for given in "$@"; do
    for found in $given; do
      case "$found" in /*) ;; *) found="./$found" ;; esac
      [ -z "$(find -L "$found" -type f ! -name '.*' -print 2> /dev/null | head -n 1)" ] || return 0
    done
  done
  return 1
}

read -r -d '' -a paths <<< "${PATHS:-articles}" || true
read -r -d '' -a published <<< "${PUBLISHED:-}" || true
options=(--db "$DB" --fail-on "${FAIL_ON:-high}" --format github)

if [ ! -e "$DB" ] && [ "${#published[@]}" -gt 0 ]; then
  if ! holds "${published[@]}"; then
    echo "published: there is no file under ${published[*]}" >&2
    exit
  fi
  if [ -n "${SINCE:-}" ]; then
    tip="$(git rev-parse --verify --end-of-options "$SINCE^{commit}")"
    base="$(git merge-base "$tip" HEAD || echo "$tip")"
    tree="$(mktemp -d)/tree"
    git worktree add --quiet --detach "$tree" "$base"
  fi
  # From inside the tree, so that the database knows articles by their paths in the repository.
  here="$PWD"
  case "$DB" in /*) file="$DB" ;; *) file="$here/$DB" ;; esac
  if (cd "${tree:-$here}" && holds "${published[@]}"); then
    rm -f -- "$file.part"*
    (cd "${tree:-$here}" && reconcile run --db "$file.part" -- "${published[@]}")
    mv -- "$file.part" "$file"  # so that what is there was published
  else
    echo "nothing was published at ${SINCE:-HEAD} yet: the articles are compared with each other alone" >&2
    options+=(--alone)
  fi
fi

[ -z "${GITHUB_STEP_SUMMARY:-}" ] || options+=(--format "markdown=$GITHUB_STEP_SUMMARY")
[ -z "${SARIF:-}" ] || options+=(--format "sarif=$SARIF")
[ -z "${JUNIT:-}" ] || options+=(--format "junit=$JUNIT")
[ -z "${BASELINE:-}" ] || options+=(--baseline "$BASELINE")
[ -z "${SINCE:-}" ] || options+=(--changed-since "$SINCE")

said=0
reconcile check "${options[@]}" -- "${paths[@]}" || said=$?
case "$said" in 0 | 1) code="$said" ;; esac
