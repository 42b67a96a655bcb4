import { IamRole } from '@cdktf/provider-aws/lib/iam-role/index.js';
import { Aspects } from 'cdktf';
import type { Construct, IConstruct } from 'constructs';
import type { Place } from './place.ts';
import { boundaryArn, rolePath } from './role-boundary.ts';

/**
 * Puts every role of an environment below its path, so that no pattern of names reaches a role of somebody else, and under the boundary
 * where its bootstrap makes one. Roles of additions are among them, however they are made.
 */
export function bindRoles(
  scope: Construct,
  { place, bounded }: { readonly place: Place; readonly bounded: boolean },
): void {
  Aspects.of(scope).add({
    visit(node: IConstruct) {
      if (!(node instanceof IamRole)) return;
      node.path = rolePath(place.prefix);
      if (bounded) node.permissionsBoundary = boundaryArn(place, place.prefix);
    },
  });
}
