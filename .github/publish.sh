#!/usr/bin/env bash
# Publishes the packages whose versions the registry does not have yet. Called by the
# release workflow. npm takes a proof of where a package was built only if the package
# names that repository, so each package is given the one that the workflow runs in.
set -euo pipefail
cd "$(dirname "$0")/.."

url="git+${GITHUB_SERVER_URL:?}/${GITHUB_REPOSITORY:?}.git"
for package in proto plugin runtime cli; do
  npm pkg set --workspace "$package" repository.type=git "repository.url=$url" "repository.directory=$package"
done

npm run build
npx changeset publish
