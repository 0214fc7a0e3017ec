#!/usr/bin/env bash
# The step of action.yml: reads its inputs from variables, checks, and passes the exit code on. Runs in bash anywhere.
set -euo pipefail

read -r -d '' -a paths <<< "${PATHS:-.}" || true
read -r -d '' -a published <<< "${PUBLISHED:-}" || true

if [ ! -e "$DB" ] && [ "${#published[@]}" -gt 0 ]; then
  if [ -n "${SINCE:-}" ]; then
    base="$(mktemp -d)"
    tip="$(git rev-parse --verify --end-of-options "$SINCE^{commit}")"
    git worktree add --quiet --detach "$base/tree" "$(git merge-base "$tip" HEAD)"
    trap 'git worktree remove --force "$base/tree"' EXIT
    tree="$base/tree"
  fi
  # From inside the tree, so that the database knows articles by their paths in the repository.
  here="$PWD"
  case "$DB" in /*) file="$DB" ;; *) file="$here/$DB" ;; esac
  (cd "${tree:-$here}" && reconcile run --db "$file" -- "${published[@]}")
fi

options=(--db "$DB" --fail-on "${FAIL_ON:-high}" --format github)
[ -z "${GITHUB_STEP_SUMMARY:-}" ] || options+=(--format "markdown=$GITHUB_STEP_SUMMARY")
[ -z "${SARIF:-}" ] || options+=(--format "sarif=$SARIF")
[ -z "${JUNIT:-}" ] || options+=(--format "junit=$JUNIT")
[ -z "${BASELINE:-}" ] || options+=(--baseline "$BASELINE")
[ -z "${SINCE:-}" ] || options+=(--changed-since "$SINCE")

code=0
reconcile check "${options[@]}" -- "${paths[@]}" || code=$?
[ -z "${GITHUB_OUTPUT:-}" ] || echo "exit-code=$code" >> "$GITHUB_OUTPUT"
exit "$code"
