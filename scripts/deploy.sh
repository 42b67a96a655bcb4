#!/usr/bin/env bash
# Deploys one environment: synthesizes its stack, initialises its backend, plans to a file and applies that very file.
set -euo pipefail

root="$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)"
# Another Node, or a stand-in for it in tests. Else the workspace's own.
node="${HITL_NODE:-$root/node_modules/.bin/node}"
# Where stacks are written and a bootstrap's state is until there is a bucket.
work="${HITL_DEPLOY_FOLDER:-$root/infra}"
out=()
if [[ -n ${HITL_DEPLOY_FOLDER:-} ]]; then
  mkdir -p "$work"
  out=(--out "$work/cdktf.out")
fi

usage() {
  cat <<'TEXT'
usage: scripts/deploy.sh <environment> <action> [options] [-- terraform options]

environment   bootstrap, dev, staging, prod, or any other file of environments/
action        plan      show what would change
              apply     plan, ask where it matters, and apply exactly that plan
              destroy   plan the removal, ask, and remove
              output    print the outputs (-- -raw api_url prints one)
              validate  check the configuration; needs no account

options
  --yes               ask nothing (prod then needs its account in its file, or --account)
  --account ID        refuse any other AWS account than this one
  --state-in-bucket   bootstrap only: move its state from this machine into the bucket that it made
  --no-build          take the functions as they were built before
  --tool NAME         terraform or tofu (default: the first that is installed)
  --help              this text

environment variables
  TF_PROVIDER_MIRROR  folder that holds registry.terraform.io (or registry.opentofu.org): providers are taken from it, not from the registry
  HITL_DEPLOY_FOLDER  where stacks are written, and a bootstrap's state until it is in its bucket (default: infra)

First time in an account and region: scripts/deploy.sh bootstrap apply, then scripts/deploy.sh dev apply.
Exit status: 0 done, 1 failed, 2 wrong usage, 3 refused or not confirmed.
TEXT
}

say() { printf '%s\n' "$*" >&2; }
usage_error() {
  say "deploy.sh: $*"
  say "Try scripts/deploy.sh --help"
  exit 2
}
fail() {
  say "deploy.sh: $*"
  exit 1
}
refuse() {
  say "deploy.sh: $*"
  exit 3
}

environment=""
action=""
assume_yes=false
wanted_account=""
state_in_bucket=false
build=true
tool=""
extra=()
while (($# > 0)); do
  case "$1" in
    -h | --help)
      usage
      exit 0
      ;;
    --yes) assume_yes=true ;;
    --state-in-bucket) state_in_bucket=true ;;
    --no-build) build=false ;;
    --account | --tool)
      # An empty one would mean any: a variable that was never set.
      [[ $# -gt 1 && -n $2 ]] || usage_error "$1 needs a value"
      if [[ $1 == --account ]]; then wanted_account="$2"; else tool="$2"; fi
      shift
      ;;
    --)
      shift
      extra=("$@")
      break
      ;;
    -*) usage_error "unknown option $1" ;;
    *)
      if [[ -z $environment ]]; then
        environment="$1"
      elif [[ -z $action ]]; then
        action="$1"
      else
        usage_error "unexpected argument $1"
      fi
      ;;
  esac
  shift
done

known="$(for file in "$root"/environments/*.ts; do basename "$file" .ts; done | paste -sd ' ' -)"
[[ -n $environment ]] || usage_error "which environment? One of: $known"
[[ " $known " == *" $environment "* ]] || usage_error "unknown environment \"$environment\"; there are: $known"
case "$action" in
  plan | apply | destroy | output | validate) ;;
  "") usage_error "which action? One of: plan apply destroy output validate" ;;
  *) usage_error "unknown action \"$action\"; there are: plan apply destroy output validate" ;;
esac
[[ -z $wanted_account || $wanted_account =~ ^[0-9]{12}$ ]] || usage_error "--account must be 12 digits"
case "$tool" in
  "")
    tool="$(command -v terraform || command -v tofu || true)"
    [[ -n $tool ]] || fail "neither terraform nor tofu is installed: see https://developer.hashicorp.com/terraform/install"
    ;;
  terraform | tofu)
    command -v "$tool" >/dev/null || fail "$tool is not installed"
    ;;
  *) usage_error "--tool must be terraform or tofu" ;;
esac

log="$(mktemp)"
mirror_config=""
mirror_view=""
trap 'rm -rf "$log" "$mirror_config" "$mirror_view"' EXIT
export TF_IN_AUTOMATION=1
if [[ -n ${TF_PROVIDER_MIRROR-} ]]; then
  [[ -d $TF_PROVIDER_MIRROR ]] || fail "TF_PROVIDER_MIRROR: there is no folder $TF_PROVIDER_MIRROR"
  [[ $TF_PROVIDER_MIRROR != *[\"\\]* ]] || fail "TF_PROVIDER_MIRROR must not hold quotes or backslashes"
  mirror="$TF_PROVIDER_MIRROR"
  if [[ $(basename "$tool") == tofu && ! -d $mirror/registry.opentofu.org && -d $mirror/registry.terraform.io ]]; then
    # OpenTofu asks a registry of its own for the same providers, and follows links to packages only, not to folders above them.
    mirror="$(cd "$mirror" && pwd)"
    mirror_view="$(mktemp -d)"
    for package in "$mirror"/registry.terraform.io/*/*/*.zip "$mirror"/registry.terraform.io/*/*/*/*/; do
      package="${package%/}"
      [[ -e $package ]] || continue
      link="$mirror_view/registry.opentofu.org/${package#"$mirror/registry.terraform.io/"}"
      mkdir -p "$(dirname "$link")"
      ln -s "$package" "$link"
    done
    mirror="$mirror_view"
  fi
  mirror_config="$(mktemp)"
  printf 'provider_installation {\n  filesystem_mirror {\n    path = "%s"\n  }\n}\n' "$mirror" >"$mirror_config"
  export TF_CLI_CONFIG_FILE="$mirror_config"
fi

# What an error text means and what to do about it; nothing for texts that speak for themselves.
explain() {
  local text
  text="$(<"$1")"
  case "$text" in
    *"Error acquiring the state lock"* | *"ConditionalCheckFailedException"*)
      local id
      id="$(sed -n 's/.*ID: *\([0-9a-f-]\{36\}\).*/\1/p' "$1" | head -n 1)"
      say ""
      say "Somebody else is changing $environment, or a run was cut off and left its lock in the table hitl-mcp-terraform-locks."
      say "Wait for the other run. Only when you know that there is none: $(basename "$tool") -chdir=$stack_folder force-unlock ${id:-LOCK_ID}"
      ;;
    *"NoSuchBucket"* | *"S3 bucket does not exist"* | *"S3 bucket \""*"does not exist"* | *"Backend configuration not found"* | *"Backend initialization required"*)
      say ""
      say "There is no state bucket for region $region in account $account yet: run scripts/deploy.sh ${bootstrap:-bootstrap} apply first."
      ;;
    *"No valid credential sources found"* | *"Unable to locate credentials"* | *"ExpiredToken"* | *"InvalidClientTokenId"* | *"SSO session"* | *"profile"*"could not be found"*)
      say ""
      say "There are no valid AWS credentials: run aws sso login (or aws configure), set AWS_PROFILE, and check with aws sts get-caller-identity."
      ;;
    *"policy/hitl-mcp-boundary-$environment does not exist"*)
      say ""
      say "The bootstrap has not made the boundary of the roles of $environment yet: run scripts/deploy.sh ${bootstrap:-bootstrap} apply first."
      ;;
    *"AccessDenied"* | *"Access Denied"* | *"UnauthorizedOperation"* | *"is not authorized to perform"* | *"(403)"*)
      say ""
      say "Your credentials may not do this. For state they need the bucket hitl-mcp-state-$account-$region and the table hitl-mcp-terraform-locks;"
      say "the message above names the action that is missing. Ask whoever administers account $account for it."
      ;;
    *"BucketNotEmpty"*)
      say ""
      say "The bucket still holds states, and with it you would lose them. If you mean it: force_destroy: true in environments/$environment.ts, apply, destroy."
      ;;
    *"deletion protection"* | *"DeletionProtection"*)
      say ""
      say "The tables of $environment are protected. If you mean it: deletion_protection: false in environments/$environment.ts, apply, destroy."
      ;;
  esac
}

# Shows what Terraform says while it says it, keeps it, and explains a failure.
terraform_run() {
  local status
  set +e
  "$tool" -chdir="$stack_folder" "$@" 2>&1 | tee -a "$log" >&2
  status=${PIPESTATUS[0]}
  set -e
  if ((status != 0)); then
    explain "$log"
    exit 1
  fi
}

synthesize() {
  local facts
  facts="$("$node" --no-deprecation "$root/infra/src/main.ts" "$environment" "${out[@]+"${out[@]}"}" "$@")" || exit 1
  while IFS='=' read -r name value; do
    case "$name" in
      stack_folder) stack_folder="$value" ;;
      kind) kind="$value" ;;
      region) region="$value" ;;
      account_id) pinned_account="$value" ;;
      bootstrap) bootstrap="$value" ;;
      protected) protected="$value" ;;
      deployment) deployment="$value" ;;
      state_bucket) state_bucket="$value" ;;
      state_key) state_key="$value" ;;
    esac
  done <<<"$facts"
}

confirm() {
  local answer=""
  if $assume_yes; then return; fi
  printf '%s\nType %s to go on: ' "$1" "$environment" >&2
  read -r answer || true
  [[ $answer == "$environment" ]] || refuse "not confirmed, nothing was changed"
}

stack_folder="" kind="" region="" pinned_account="" bootstrap="" protected="" deployment="" state_bucket="" state_key=""
account="unknown"

if [[ ! -x $node ]]; then
  command -v node >/dev/null || fail "Node.js 20 or newer is needed: https://nodejs.org"
  build=true
fi
if $build && [[ $action == plan || $action == apply || ! -x $node ]]; then
  (cd "$root" && node scripts/run.mjs build) >&2 || fail "the functions could not be built"
fi

if [[ $action == validate ]]; then
  synthesize --allow-missing-code
  terraform_run init -backend=false -input=false
  terraform_run validate "${extra[@]+"${extra[@]}"}"
  exit 0
fi

# What is destroyed or read needs no code.
code=()
if [[ $action == destroy || $action == output ]]; then code=(--allow-missing-code); fi
synthesize "${code[@]+"${code[@]}"}"
if $state_in_bucket && [[ $kind != bootstrap ]]; then usage_error "--state-in-bucket is for bootstrap only"; fi

command -v aws >/dev/null || fail "the AWS CLI is needed to see which account this is: https://aws.amazon.com/cli/"
if ! account="$(AWS_REGION="$region" aws sts get-caller-identity --query Account --output text 2>"$log")"; then
  cat "$log" >&2
  explain "$log"
  exit 1
fi
for right in "$pinned_account" "$wanted_account"; do
  if [[ -n $right && $right != "$account" ]]; then
    refuse "$environment belongs to account $right, but your credentials are for account $account"
  fi
done
if $assume_yes && [[ $protected == true && -z $pinned_account$wanted_account ]] && [[ $action == apply || $action == destroy ]]; then
  refuse "$environment is protected: with --yes, name its account (aws_account_id in environments/$environment.ts, or --account $account)"
fi
say "$environment: account $account, region $region"

bucket="${state_bucket/ACCOUNT/$account}"
local_state="$work/state/$environment-$account.tfstate"
# Only an answer that says so means "not there": beside a state that nobody could look at, a second one would begin.
in_bucket() {
  if AWS_REGION="$region" aws s3api head-object --bucket "$bucket" --key "$state_key" >/dev/null 2>"$log"; then return 0; fi
  case "$(<"$log")" in
    *"(404)"* | *"(NoSuchKey)"* | *"(NoSuchBucket)"*) return 1 ;;
  esac
  cat "$log" >&2
  explain "$log"
  exit 1
}
init_bucket() { terraform_run init -input=false "$@" -backend-config="bucket=$bucket"; }
init_local() {
  mkdir -p "$(dirname "$local_state")"
  terraform_run init -input=false "$@" -backend-config="path=$local_state"
}

if [[ $kind != bootstrap ]]; then
  init_bucket -reconfigure
elif in_bucket; then
  synthesize --state bucket
  init_bucket -reconfigure
  if [[ $action == destroy ]]; then
    # A bucket cannot be destroyed by a state that is in it.
    synthesize --state local
    init_local -migrate-state -force-copy
  fi
else
  init_local -reconfigure
fi

plan_file="$stack_folder/plan.tfplan"
case "$action" in
  output)
    "$tool" -chdir="$stack_folder" output "${extra[@]+"${extra[@]}"}"
    ;;
  plan)
    terraform_run plan -input=false -lock-timeout=60s -out="$plan_file" "${extra[@]+"${extra[@]}"}"
    ;;
  apply)
    terraform_run plan -input=false -lock-timeout=60s -out="$plan_file" "${extra[@]+"${extra[@]}"}"
    if [[ $protected == true || $environment == prod* ]]; then
      confirm "This changes $environment in account $account."
    fi
    terraform_run apply -input=false -lock-timeout=60s "$plan_file"
    rm -f "$plan_file"
    if $state_in_bucket && ! in_bucket; then
      synthesize --state bucket
      init_bucket -migrate-state -force-copy
      say "The state of $environment is in $bucket now. The copy in $local_state is not read any more."
    fi
    if [[ $deployment == canary ]]; then
      # A new version is published; the alias still answers with the one before.
      versions="$("$tool" -chdir="$stack_folder" output -json function_versions)"
      "$node" --no-deprecation "$root/infra/src/shift-aliases.ts" --app "$environment-hitl" --region "$region" \
        --versions "$versions" || fail "the new versions are not in service; CodeDeploy keeps the ones before"
    fi
    ;;
  destroy)
    terraform_run plan -destroy -input=false -lock-timeout=60s -out="$plan_file" "${extra[@]+"${extra[@]}"}"
    warning="This destroys $environment in account $account, with everything that was recorded in it."
    if [[ $kind == bootstrap ]]; then
      warning="This destroys the state of every environment of account $account in $region: Terraform will know none of them any more."
    fi
    confirm "$warning"
    terraform_run apply -input=false -lock-timeout=60s "$plan_file"
    rm -f "$plan_file"
    if [[ $kind != bootstrap ]]; then
      folders="agentcore-$environment/slack/,agentcore-$environment/initial-passwords/"
      say ""
      say "Secrets that $environment made while it ran are not Terraform's and may be left: below agentcore-$environment/slack/ (Slack tokens, which"
      say "live on until the app is uninstalled) and agentcore-$environment/initial-passwords/. They cost, and this lists them:"
      say "aws secretsmanager list-secrets --region $region --filters Key=name,Values=$folders --query 'SecretList[].Name' --output text"
    fi
    ;;
esac
