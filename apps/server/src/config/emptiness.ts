import type { Position } from '../corefile/token.ts';
import type { BlockDraft } from './draft.ts';
import type { Context } from './vocabulary.ts';

/** Says of a server block from which no zone is served, and nothing led on, what it answers all the same. */
export function noteEmptiness(
  { gateways, files, forwards, templates, hosts, acl, chaos }: BlockDraft,
  position: Position,
  { notices }: Pick<Context, 'notices'>,
): void {
  if ([...gateways, ...files, ...forwards, ...templates].length > 0) return;
  // A client that may ask, or is blocked, is REFUSED either way.
  const verbs = { filter: 'filters', drop: 'drops' } as const;
  const others = (['filter', 'drop'] as const)
    .filter((kind) => acl.some(({ action }) => action === kind))
    .map((kind) => verbs[kind]);
  const spared = [
    ...(others.length === 0 ? [] : [`what acl ${others.join(' or ')}`]),
    ...(chaos === undefined ? [] : ['what chaos tells of the server (class CH)']),
  ];
  const but = spared.length === 0 ? '' : `, but ${spared.join(' and ')}`;
  const idle =
    hosts === undefined
      ? ''
      : '; hosts has names in their zones, and where something is forwarded: it changes nothing';
  const text = `this server block has neither k8s_gateway nor file: every question to it is REFUSED${but}${idle}`;
  notices.push({ position, text });
}
