/** Where Terraform's state is, by account and region; the deploy script is told the same names. */
export const lockTableName = 'hitl-mcp-terraform-locks';

/** Bucket names are shared by all of AWS, hence the account and the region. */
export function stateBucketName(accountId: string, region: string): string {
  return `hitl-mcp-state-${accountId}-${region}`;
}

export function stateKey(deployment: string): string {
  return `${deployment}/terraform.tfstate`;
}
