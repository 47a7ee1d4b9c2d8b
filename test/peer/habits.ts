// What the plugin does and Seamark does not, as far as it shows in an answer. Each is a row of
// docs/differences.md, and is found there by words of the plugin's column: codes may be given anew.

import { readPage, tablesOf } from '../support/markdown.ts';
import type { Feature, Kind } from './objects.ts';

const WORDS = {
  'fail outside its zones': 'a name outside its zones is SERVFAIL',
  'deny a name by its types': 'TXT of a name that has addresses is NXDOMAIN',
  'choose RCODE by type': 'types other than A, AAAA and TXT are NODATA',
  'answer SOA anywhere': 'SOA of any name, existing or not',
  'deny no name for NS': 'NS below the apex is NODATA even for names that do not exist',
  'have nothing for ANY': 'ANY is NODATA for a name that has data',
  'write owners in lower case': 'the owner name of an address is in lower case',
  'deny what is pending': 'a name whose object has no address yet is NXDOMAIN',
  'deny empty non-terminals': 'an empty non-terminal is NXDOMAIN',
  'stop wildcards at one label': '`*.w` stands for one label',
  'put wildcards over an apex': '`*` at the top of a zone answers for its apex',
  'put wildcards over names': 'a wildcard answers for names that exist without an address',
  'trip over a rule without host': 'an Ingress without a host stands behind the empty name',
  'keep one serial': 'the serial of the SOA is 12345 for ever',
  'want a server of two labels': '`apex` must have two labels in lower case',
  'send IPv6 servers as zeros': 'is sent as A `0.0.0.0`',
  'hide AAAA of servers': 'AAAA of the name server is NODATA',
  'keep one TTL for servers': 'addresses of the name server have TTL 60',
  'keep one negative TTL': 'negative answers live 60 seconds',
  'take any kind for a server': 'are those of every kind that has its name, together',
  'deny below the server': "below the name server's name all is NXDOMAIN",
  'repeat hosts below zones': 'a host that lies in a zone answers below each zone once more',
  // Of Services.
  'know two prefixes of annotations': 'of a Service the annotation `hostname` is read, below',
  'read one annotation of Services': '`hostname` is read, below `coredns.io/` and',
  'want names of RFC 1123': 'names with a final dot or an underscore are dropped',
  'name no pods': 'an endpoint has no name of its own',
  'select servers by labels': 'the name server has an address only if its Service has no hostname',
  // Of Ingresses.
  'read no annotation of Ingresses': 'of an Ingress no annotation is read',
  'panic over an absent class': 'an Ingress without `ingressClassName` is a panic',
  // Of Nodes.
  'serve Nodes that are not ready': 'a Node is served whether it is ready or not',
  'miss Nodes in upper case': 'the name of a Node matches only if it is in lower case',
  // Of DNSEndpoints.
  'let one kind speak for all types': 'the first kind that has an address or a TXT',
  'mix the endpoints of an object': 'is answered with the targets of all its endpoints',
  'know three types': 'A, AAAA and TXT are answered, other types are NODATA',
  'go by the targets': 'a target of A or AAAA is answered by its own family',
  'keep quotes of TXT': 'quotes around a target of TXT are part of the text',
  'ignore recordTTL': '`recordTTL` is not read',
  'miss IDNs': 'an IDN matches no question',
  'miss names as they may be written': 'a `dnsName` in upper case, or with a final dot',
  // Of routes.
  'let a namespace run on': 'a `parentRef` without a namespace inherits that of the one before',
  'ask a parent for its name alone': 'of a `parentRef` only namespace and name count',
  'take a route at its word': 'a route has the hostnames that it writes',
  'serve routes that are refused': 'a route that a Gateway does not accept is answered',
  'let every route attach': '`allowedRoutes` has no effect',
  'take a ListenerSet for a Gateway':
    'a ListenerSet as a parent is taken for the Gateway of its name',
  'read no annotation of routes': 'annotations of routes and Gateways are not read',
  'miss the label of a Gateway': 'the label `k8s-gateway.dns/ignore` has no effect on a Gateway',
} as const;

export type Habit = keyof typeof WORDS;

/** Habits that show in some objects only. */
const NEEDS: Partial<Record<Habit, Kind | Feature>> = {
  'know two prefixes of annotations': 'hostname annotations',
  'read one annotation of Services': 'other annotations',
  'want names of RFC 1123': 'hostname annotations',
  'read no annotation of Ingresses': 'other annotations',
  'name no pods': 'endpoints',
  'select servers by labels': 'filters',
  'panic over an absent class': 'filters',
  'serve Nodes that are not ready': 'Node',
  'miss Nodes in upper case': 'Node',
  'let one kind speak for all types': 'DNSEndpoint',
  'mix the endpoints of an object': 'DNSEndpoint',
  'know three types': 'DNSEndpoint',
  'go by the targets': 'DNSEndpoint',
  'keep quotes of TXT': 'DNSEndpoint',
  'ignore recordTTL': 'DNSEndpoint',
  'miss IDNs': 'DNSEndpoint',
  'miss names as they may be written': 'DNSEndpoint',
  'let a namespace run on': 'HTTPRoute',
  'ask a parent for its name alone': 'HTTPRoute',
  'take a route at its word': 'HTTPRoute',
  'serve routes that are refused': 'HTTPRoute',
  'let every route attach': 'HTTPRoute',
  'take a ListenerSet for a Gateway': 'HTTPRoute',
  'read no annotation of routes': 'HTTPRoute',
  'miss the label of a Gateway': 'HTTPRoute',
};

/** Those that show in a world of these kinds and features. */
export const habitsOf = (drawn: readonly (Kind | Feature)[]): Habit[] =>
  (Object.keys(WORDS) as Habit[]).filter((habit) => {
    const need = NEEDS[habit];
    return need === undefined || drawn.includes(need);
  });

/** The code of the habit's row; undefined where the page has none, or several that say so. */
export const rowOf = (habit: Habit): string | undefined => {
  const found = ROWS.filter(([, plugin]) => plugin?.includes(WORDS[habit]) === true);
  return found.length === 1 ? found[0]?.[0] : undefined;
};

const ROWS = [...tablesOf(readPage('docs/differences.md')).values()].flatMap(({ rows }) => rows);

/** Whether a server has the habit. */
export type Does = (habit: Habit) => boolean;

export const likePlugin: Does = () => true;
export const likeSeamark: Does = () => false;
