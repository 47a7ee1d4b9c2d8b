import type { ObjectKind } from '../sources/contract.ts';
import type { Projector, ProjectorParts, ResourceKind } from './contract.ts';
import { dnsEndpoint } from './dns-endpoint/dns-endpoint.ts';
import { GatewayApiProjector, isRouteKind } from './gateway-api/projector.ts';
import { ingress } from './ingress.ts';
import { node } from './node.ts';
import { ServiceProjector } from './service-projector.ts';
import { SoleKindProjector } from './sole-kind.ts';

/** What has to be read, whatever objects say, so that these kinds can claim. */
export function kindsReadFor(kinds: readonly ResourceKind[]): readonly ObjectKind[] {
  return kinds.some(isRouteKind) ? [...kinds, 'Gateway', 'ListenerSet'] : kinds;
}

/** The projectors that between them make the claims of these kinds. */
export function createProjectors(
  kinds: readonly ResourceKind[],
  parts: ProjectorParts,
): readonly Projector[] {
  const projectors: Projector[] = [];
  if (kinds.includes('Ingress')) projectors.push(new SoleKindProjector(ingress, parts));
  // Name servers have their addresses of Services, be these a kind that claims names or not.
  if (kinds.includes('Service') || parts.options.nameServers.length > 0) {
    projectors.push(new ServiceProjector(parts));
  }
  const routes = kinds.filter(isRouteKind);
  if (routes.length > 0) projectors.push(new GatewayApiProjector(routes, parts));
  if (kinds.includes('DNSEndpoint')) projectors.push(new SoleKindProjector(dnsEndpoint, parts));
  if (kinds.includes('Node')) projectors.push(new SoleKindProjector(node, parts));
  return projectors;
}
