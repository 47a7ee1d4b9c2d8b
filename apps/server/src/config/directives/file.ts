import type { BlockDraft } from '../draft.ts';
import { readLines, type Vocabulary, type Word } from '../vocabulary.ts';
import { type FileOptionsDraft, fallthrough, readPath, reload } from './files.ts';
import { readGatewayZones } from './k8s-gateway/zones.ts';

/** CoreDNS's. */
export const FILE_RELOAD_MS = 60_000;

/** A zone file for each zone that it names; one zone has one file. */
export const file: Word<BlockDraft> = {
  name: 'file',
  usage: 'file DBFILE [ZONE…] { reload DURATION fallthrough [ZONE…] }',
  help: 'Serve these zones, or those of the block, from a zone file.',
  least: 1,
  isRepeatable: true,
  takesBlock: true,
  read(directive, block, context) {
    const [path, ...zones] = directive.arguments;
    if (path === undefined) return;
    const named = { ...directive, arguments: zones };
    const draft = {
      ...{ token: directive.name, file: readPath(path, context) ?? '', reloadMs: FILE_RELOAD_MS },
      zones: readGatewayZones(named, block.keys, context),
    };
    readLines(directive.block?.directives ?? [], OPTIONS, draft, context);
    block.files.push(draft);
    if (zones.length > 0 || !draft.zones.some(({ value }) => value === '.')) return;
    const text = `"file" names no zone, so "${path.text}" is read as the root zone; write "file ${path.text} ZONE"`;
    context.notices.push({ position: path.position, text });
  },
};

/** What CoreDNS takes, and what there is nothing to do about here. */
const accepted = (name: string, help: string): Word<FileOptionsDraft> => ({
  ...{ name, usage: name, help, least: 0 },
  read() {},
});

const OPTIONS: Vocabulary<FileOptionsDraft> = {
  noun: 'option of file',
  words: [
    reload,
    fallthrough,
    accepted('upstream', 'Accepted: a CNAME is followed into our own zones and no further.'),
    accepted('reload_by_mtime', 'Accepted: any change of the file counts, whatever its serial.'),
  ],
  lacking: {
    transfer: 'remove it; zones cannot be transferred',
    no_reload: 'write "reload 0"',
  },
};
