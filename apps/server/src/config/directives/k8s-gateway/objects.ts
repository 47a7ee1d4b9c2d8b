import { parseLabelSelector, SelectorError } from '@seamark/watcher/label-selector';
import { nearest } from '../../../corefile/nearest.ts';
import { formatPosition, type Token } from '../../../corefile/token.ts';
import type { Directive } from '../../../corefile/tree.ts';
import type { GatewayDraft } from '../../gateway-draft.ts';
import type { Placed } from '../../placed.ts';
import { RESOURCE_KINDS, type ResourceKind } from '../../server-config.ts';
import { addOnce, readChoice } from '../../values.ts';
import type { Context, Word } from '../../vocabulary.ts';

/** Which objects count: the options that take a kind, a class, a label, or a namespace. */

/** Kinds that the plugin once had. */
const GONE: ReadonlyMap<string, string> = new Map([
  [
    'VirtualServer',
    '"VirtualServer" is not read: write "DNSEndpoint", and let the controller of NGINX make one of each ' +
      'VirtualServer (its externalDNS)',
  ],
]);

export const resources: Word<GatewayDraft> = {
  name: 'resources',
  usage: 'resources KIND…',
  help: 'The kinds of objects, the one that takes precedence first; Ingress Service by default.',
  least: 1,
  read(directive, gateway, { problems }) {
    const kinds = new Map<ResourceKind, Token>();
    for (const token of directive.arguments) {
      const kind = RESOURCE_KINDS.find((candidate) => candidate === token.text);
      if (kind !== undefined) {
        addOnce(kinds, kind, token, problems);
        continue;
      }
      const suggestion = nearest(token.text, RESOURCE_KINDS);
      const instead = GONE.get(token.text);
      const sentence = instead ?? `unknown kind "${token.text}"`;
      problems.report(token, sentence, {
        allowed: RESOURCE_KINDS,
        suggestion,
      });
    }
    gateway.resources = [...kinds.keys()];
  },
};

export const ingressClasses: Word<GatewayDraft> = {
  name: 'ingressClasses',
  usage: 'ingressClasses NAME…',
  help: 'Serve Ingresses of these classes only.',
  least: 1,
  isRepeatable: true,
  read(directive, gateway, context) {
    gateway.ingressClasses = readClasses(directive, gateway.ingressClasses, context);
  },
};

export const gatewayClasses: Word<GatewayDraft> = {
  name: 'gatewayClasses',
  usage: 'gatewayClasses NAME…',
  help: 'Serve routes by Gateways of these classes only.',
  least: 1,
  isRepeatable: true,
  read(directive, gateway, context) {
    gateway.gatewayClasses = readClasses(directive, gateway.gatewayClasses, context);
  },
};

export const serviceLabelSelectors: Word<GatewayDraft> = {
  name: 'serviceLabelSelectors',
  usage: 'serviceLabelSelectors SELECTOR…',
  help: 'Serve Services only that one of these label selectors selects.',
  least: 1,
  isRepeatable: true,
  read({ arguments: words }, gateway, { problems }) {
    for (const token of words) {
      if (token.text.trim() === '') {
        problems.report(
          token,
          'an empty label selector selects every Service; leave out "serviceLabelSelectors" for that',
        );
        continue;
      }
      try {
        gateway.serviceSelectors.push(parseLabelSelector(token.text));
      } catch (error) {
        if (!(error instanceof SelectorError)) throw error;
        // `app in (a, b)` without quotation marks is three arguments, of which `app` is a selector.
        const isPart = error.index === 0 && words.length > 1;
        const advice = isPart ? '; put a selector with blanks in quotation marks' : '';
        problems.report(
          { position: problems.placeIn(token, error.index), text: token.text },
          `"${token.text}" is no label selector: ${error.reason}${advice}`,
        );
      }
    }
  },
};

export const nodeAddressType: Word<GatewayDraft> = {
  name: 'nodeAddressType',
  usage: 'nodeAddressType InternalIP|ExternalIP',
  help: 'Which addresses of a Node count; InternalIP by default.',
  least: 1,
  most: 1,
  read({ name, arguments: [token] }, gateway, { problems }) {
    if (token === undefined) return;
    const type = readChoice(token, name.text, ['InternalIP', 'ExternalIP'], problems);
    if (type !== undefined) gateway.nodeAddressType = type;
  },
};

export const namespaces: Word<GatewayDraft> = {
  name: 'namespaces',
  usage: 'namespaces NAME…',
  help: 'Read objects of these namespaces only, with Roles in place of a ClusterRole.',
  least: 1,
  isRepeatable: true,
  read(directive, gateway, { problems }) {
    for (const token of directive.arguments) {
      if (isLabel(token.text)) addOnce(gateway.namespaces, token.text, token, problems);
      else {
        problems.report(
          token,
          `"${token.text}" is no namespace: it must be of at most 63 lower-case letters, digits and ` +
            '"-", and begin and end with a letter or a digit',
        );
      }
    }
  },
};

/** A list replaces the one before it, as in the plugin. */
function readClasses(
  { name, arguments: words }: Directive,
  earlier: Placed<readonly string[]> | undefined,
  { problems, notices }: Context,
): Placed<readonly string[]> {
  if (earlier !== undefined) {
    const place = formatPosition(earlier.token.position);
    const text = `"${name.text}" here replaces the one at ${place}; keep one of them`;
    notices.push({ position: name.position, text });
  }
  const classes = new Set<string>();
  for (const token of words) {
    if (token.text === '') problems.report(token, 'the name of a class must not be empty');
    classes.add(token.text);
  }
  return { value: [...classes], token: name };
}

/** RFC 1123 as Kubernetes applies it to namespaces. */
function isLabel(text: string): boolean {
  return text.length <= 63 && /^[a-z0-9](?:[a-z0-9-]*[a-z0-9])?$/.test(text);
}
