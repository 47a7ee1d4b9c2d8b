import type { BlockDraft } from '../draft.ts';
import type { Vocabulary } from '../vocabulary.ts';
import { acl } from './acl.ts';
import { any } from './any.ts';
import { bind } from './bind.ts';
import { bufsize } from './bufsize.ts';
import { cache } from './cache.ts';
import { cookies } from './cookies.ts';
import { debug } from './debug.ts';
import { health, prometheus, ready } from './endpoints.ts';
import { errors } from './errors.ts';
import { file } from './file.ts';
import { forward } from './forward/index.ts';
import { hosts } from './hosts.ts';
import { chaos, nsid } from './identity.ts';
import { k8sGateway } from './k8s-gateway/index.ts';
import { LACKING_DIRECTIVES, PLANNED_DIRECTIVES } from './lacking.ts';
import { loadbalance } from './loadbalance.ts';
import { log } from './log.ts';
import { loop } from './loop.ts';
import { proxyproto } from './proxyproto.ts';
import { reload } from './reload.ts';
import { rrl } from './rrl.ts';
import { tcp } from './tcp.ts';
import { template } from './template.ts';
import { timeouts } from './timeouts.ts';
import { tls } from './tls.ts';
import { workers } from './workers.ts';

/** Everything that may stand in a server block. A new directive is one more line here. */
export const DIRECTIVES: Vocabulary<BlockDraft> = {
  noun: 'directive',
  words: [
    acl,
    any,
    bind,
    bufsize,
    cache,
    chaos,
    cookies,
    debug,
    errors,
    file,
    forward,
    health,
    hosts,
    k8sGateway,
    loadbalance,
    log,
    loop,
    nsid,
    prometheus,
    proxyproto,
    ready,
    reload,
    rrl,
    tcp,
    template,
    timeouts,
    tls,
    workers,
  ],
  lacking: LACKING_DIRECTIVES,
  planned: PLANNED_DIRECTIVES,
};
