#!/usr/bin/env bash
# Gradescope runs this once, when it builds the image: Python, and the packages of requirements.txt.
# Choose a base image with Python 3.11 or newer. Where pip should take torch without CUDA from, set
# PIP_INDEX_URL or PIP_EXTRA_INDEX_URL here: the builds with CUDA take gigabytes that a grader has no use for.
set -eu
source_folder="$(cd "$(dirname "$0")" && pwd)"
[ -d /autograder/source ] && source_folder=/autograder/source

if ! command -v python3 >/dev/null || ! command -v bwrap >/dev/null; then
    apt-get update -q && apt-get install -yq python3 python3-venv python3-pip bubblewrap
fi
python3 -m venv "$source_folder/venv"
"$source_folder/venv/bin/pip" install -q -r "$source_folder/requirements.txt"
