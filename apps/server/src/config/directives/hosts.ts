import { isIP } from 'node:net';
import type { Directive } from '../../corefile/tree.ts';
import type { BlockDraft, HostsDraft } from '../draft.ts';
import { readLines, type Vocabulary, type Word } from '../vocabulary.ts';
import { fallthrough, readPath, reload } from './files.ts';
import { readGatewayZones } from './k8s-gateway/zones.ts';

/** CoreDNS's: how often it is looked at, the file, the TTL. */
export const HOSTS_RELOAD_MS = 5000;
const FILE = '/etc/hosts';
const TTL = 3600;

/** A hosts file and lines of its sort; one for a server block, as in CoreDNS. */
export const hosts: Word<BlockDraft> = {
  name: 'hosts',
  usage:
    'hosts [FILE [ZONE…]] { ADDRESS NAME… ttl SECONDS no_reverse reload DURATION fallthrough [ZONE…] }',
  help: 'Answer names of a hosts file before anything else.',
  least: 0,
  takesBlock: true,
  read(directive, block, context) {
    const [path, ...zones] = directive.arguments;
    const named = { ...directive, arguments: zones };
    const draft: HostsDraft = {
      ...{ token: directive.name, inline: [], ttl: TTL, reverse: true, reloadMs: HOSTS_RELOAD_MS },
      file: path === undefined ? FILE : (readPath(path, context) ?? ''),
      zones: readGatewayZones(named, block.keys, context),
    };
    const options: Directive[] = [];
    for (const line of directive.block?.directives ?? []) {
      if (isIP(line.name.text) === 0) options.push(line);
      else if (line.arguments.length === 0) {
        context.problems.report(line.name, `"${line.name.text}" has no name`, {
          allowed: ['ADDRESS NAME…'],
        });
      } else draft.inline.push(line);
    }
    readLines(options, OPTIONS, draft, context);
    block.hosts = draft;
  },
};

const ttl: Word<HostsDraft> = {
  name: 'ttl',
  usage: 'ttl SECONDS',
  help: 'Of its records; 3600 by default.',
  least: 1,
  most: 1,
  read({ arguments: [token] }, draft, { problems }) {
    if (token === undefined) return;
    const seconds = Number(token.text);
    // CoreDNS refuses zero, too.
    if (/^\d+$/.test(token.text) && seconds > 0 && seconds <= 65_535) draft.ttl = seconds;
    else {
      const sentence = `"${token.text}" is no whole number from 1 to 65535`;
      problems.report(token, sentence, { allowed: [ttl.usage] });
    }
  },
};

const noReverse: Word<HostsDraft> = {
  name: 'no_reverse',
  usage: 'no_reverse',
  help: 'Addresses do not lead back to names.',
  least: 0,
  most: 0,
  read(_, draft) {
    draft.reverse = false;
  },
};

const fallthroughUnsupported: Word<HostsDraft> = {
  name: 'fallthrough_unsupported',
  usage: 'fallthrough_unsupported',
  help: 'Accepted: other types of a name come from whatever else has them.',
  least: 0,
  most: 0,
  read() {},
};

const OPTIONS: Vocabulary<HostsDraft> = {
  noun: 'option of hosts',
  words: [ttl, noReverse, reload, fallthrough, fallthroughUnsupported],
  lacking: {},
};
