import type { BlockDraft } from '../../draft.ts';
import { newGatewayDraft } from '../../gateway-draft.ts';
import { readLines, type Word } from '../../vocabulary.ts';
import { fitNameservers } from './nameservers.ts';
import { GATEWAY_OPTIONS } from './options.ts';
import { readGatewayZones } from './zones.ts';

/** Each `k8s_gateway` stands for itself. (In CoreDNS a second one in a block replaces the first.) */
export const k8sGateway: Word<BlockDraft> = {
  name: 'k8s_gateway',
  usage: 'k8s_gateway [ZONE…] { … }',
  help: 'Serve these zones, or those of the block, from Kubernetes objects.',
  least: 0,
  isRepeatable: true,
  takesBlock: true,
  read(directive, block, context) {
    const zones = readGatewayZones(directive, block.keys, context);
    const gateway = newGatewayDraft(directive.name, zones);
    readLines(directive.block?.directives ?? [], GATEWAY_OPTIONS, gateway, context);
    fitNameservers(gateway, context.problems);
    block.gateways.push(gateway);
  },
};
