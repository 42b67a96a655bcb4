import { TerraformBackend, type TerraformRemoteState } from 'cdktf';
import type { Construct } from 'constructs';

/**
 * Where state is kept, as far as it is known when the stack is written. The account is part of the bucket's name and known only when
 * somebody deploys: `terraform init -backend-config=…` gives what is missing.
 */
export class PartialBackend extends TerraformBackend {
  readonly #attributes: Readonly<Record<string, string | boolean>>;

  constructor(
    scope: Construct,
    type: 'local' | 's3',
    attributes: Readonly<Record<string, string | boolean>>,
  ) {
    super(scope, 'backend', type);
    this.#attributes = attributes;
  }

  protected override synthesizeAttributes(): Record<string, string | boolean> {
    return { ...this.#attributes };
  }

  override getRemoteStateDataSource(): TerraformRemoteState {
    throw new Error('a stack reads no other stack: what it needs is given to it');
  }
}
