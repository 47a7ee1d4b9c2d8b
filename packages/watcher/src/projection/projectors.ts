import type { Kind } from '../sources/contract.ts';
import type { ClaimingKind, Projector, ProjectorParts } from './contract.ts';
import { ingress } from './ingress.ts';
import { service } from './service.ts';
import { SoleKindProjector } from './sole-kind.ts';

/** What has to be read, whatever objects say, so that these kinds can claim. */
export function kindsReadFor(kinds: readonly ClaimingKind[]): readonly Kind[] {
  return kinds.filter((kind) => kind === 'Ingress' || kind === 'Service');
}

/** The projectors that between them make the claims of these kinds. */
export function createProjectors(
  kinds: readonly ClaimingKind[],
  parts: ProjectorParts,
): readonly Projector[] {
  const projectors: Projector[] = [];
  if (kinds.includes('Ingress')) projectors.push(new SoleKindProjector(ingress, parts));
  if (kinds.includes('Service')) projectors.push(new SoleKindProjector(service, parts));
  return projectors;
}
