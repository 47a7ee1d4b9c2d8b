import type { Claim, ProjectionOptions, ResourceKind } from '../src/projection/contract.ts';
import { createProjectors } from '../src/projection/projectors.ts';
import type { Shape } from '../src/sources/shape.ts';

const OPTIONS: ProjectionOptions = {
  nodeAddressType: 'InternalIP',
  annotationPrefixes: ['coredns.io', 'external-dns.alpha.kubernetes.io'],
  services: true,
  nameServers: [],
};

/** What an object claims all by itself. */
export function claimsOf(
  kind: ResourceKind,
  key: string,
  object: Shape,
  options: Partial<ProjectionOptions> = {},
): readonly Claim[] {
  let said: readonly Claim[] = [];
  const claims = {
    beginList() {},
    claim: (_: ResourceKind, __: string, all: readonly Claim[]) => {
      said = all;
    },
    endList() {},
    fault() {},
  };
  const parts = { options: { ...OPTIONS, ...options }, claims, demand() {} };
  for (const projector of createProjectors([kind], parts)) {
    for (const read of projector.kinds) projector.beginList(read);
    projector.upsert(kind, key, object);
    for (const read of projector.kinds) projector.endList(read);
  }
  return said;
}
