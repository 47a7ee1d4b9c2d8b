// All cases, by the RFC that asks for the behaviour.

import type { CaseFile } from './harness/case.ts';
import { cases as alias } from './rfc1034/alias.ts';
import { cases as apex } from './rfc1034/apex.ts';
import { cases as qclass } from './rfc1034/class.ts';
import { cases as delegation } from './rfc1034/delegation.ts';
import { cases as lookup } from './rfc1034/lookup.ts';
import { cases as compression } from './rfc1035/compression.ts';
import { cases as header } from './rfc1035/header.ts';
import { cases as question } from './rfc1035/question.ts';
import { cases as rdata } from './rfc1035/rdata.ts';
import { cases as size } from './rfc1035/size.ts';
import { cases as notify } from './rfc1996/notify.ts';
import { cases as update } from './rfc2136/update.ts';
import { cases as soleAlias } from './rfc2181/alias.ts';
import { cases as labels } from './rfc2181/labels.ts';
import { cases as rrset } from './rfc2181/rrset.ts';
import { cases as negativeAlias } from './rfc2308/alias.ts';
import { cases as negative } from './rfc2308/negative.ts';
import { cases as dnssecOk } from './rfc3225/dnssec-ok.ts';
import { cases as letterCase } from './rfc4343/case.ts';
import { cases as wildcardAlias } from './rfc4592/alias.ts';
import { cases as wildcard } from './rfc4592/wildcard.ts';
import { cases as nsid } from './rfc5001/nsid.ts';
import { cases as transfer } from './rfc5936/transfer.ts';
import { cases as chainRcode } from './rfc6604/rcode.ts';
import { cases as malformed } from './rfc6891/malformed.ts';
import { cases as opt } from './rfc6891/opt.ts';
import { cases as ednsSize } from './rfc6891/size.ts';
import { cases as version } from './rfc6891/version.ts';
import { cases as connection } from './rfc7766/connection.ts';
import { cases as pipelining } from './rfc7766/pipelining.ts';
import { cases as segments } from './rfc7766/segments.ts';
import { cases as keepalive } from './rfc7828/keepalive.ts';
import { cases as padding } from './rfc7830/padding.ts';
import { cases as alpn } from './rfc7858/alpn.ts';
import { cases as tlsConnection } from './rfc7858/connection.ts';
import { cases as tlsMessages } from './rfc7858/messages.ts';
import { cases as clientSubnet } from './rfc7871/client-subnet.ts';
import { cases as cookie } from './rfc7873/cookie.ts';
import { cases as emptyNonTerminal } from './rfc8020/empty-non-terminal.ts';
import { cases as blocks } from './rfc8467/blocks.ts';
import { cases as any } from './rfc8482/any.ts';
import { cases as cache } from './rfc8484/cache.ts';
import { cases as http } from './rfc8484/http.ts';
import { cases as httpRequest } from './rfc8484/request.ts';
import { cases as httpStatus } from './rfc8484/status.ts';
import { cases as probes } from './rfc8906/probes.ts';
import { cases as extendedError } from './rfc8914/extended-error.ts';
import { cases as serverCookie } from './rfc9018/server-cookie.ts';
import { cases as admission } from './rfc9210/admission.ts';
import { cases as tlsVersion } from './rfc9325/version.ts';
import { cases as glue } from './rfc9471/glue.ts';
import { cases as qdcount } from './rfc9619/qdcount.ts';
import { cases as fragmentation } from './rfc9715/fragmentation.ts';

export const caseFiles: readonly CaseFile[] = [
  { file: 'rfc1034/lookup.ts', cases: lookup },
  { file: 'rfc1034/alias.ts', cases: alias },
  { file: 'rfc1034/apex.ts', cases: apex },
  { file: 'rfc1034/class.ts', cases: qclass },
  { file: 'rfc1034/delegation.ts', cases: delegation },
  { file: 'rfc1035/header.ts', cases: header },
  { file: 'rfc1035/question.ts', cases: question },
  { file: 'rfc1035/size.ts', cases: size },
  { file: 'rfc1035/compression.ts', cases: compression },
  { file: 'rfc1035/rdata.ts', cases: rdata },
  { file: 'rfc1996/notify.ts', cases: notify },
  { file: 'rfc2136/update.ts', cases: update },
  { file: 'rfc2181/rrset.ts', cases: rrset },
  { file: 'rfc2181/alias.ts', cases: soleAlias },
  { file: 'rfc2181/labels.ts', cases: labels },
  { file: 'rfc2308/negative.ts', cases: negative },
  { file: 'rfc2308/alias.ts', cases: negativeAlias },
  { file: 'rfc3225/dnssec-ok.ts', cases: dnssecOk },
  { file: 'rfc4343/case.ts', cases: letterCase },
  { file: 'rfc4592/wildcard.ts', cases: wildcard },
  { file: 'rfc4592/alias.ts', cases: wildcardAlias },
  { file: 'rfc5001/nsid.ts', cases: nsid },
  { file: 'rfc5936/transfer.ts', cases: transfer },
  { file: 'rfc6604/rcode.ts', cases: chainRcode },
  { file: 'rfc6891/opt.ts', cases: opt },
  { file: 'rfc6891/version.ts', cases: version },
  { file: 'rfc6891/malformed.ts', cases: malformed },
  { file: 'rfc6891/size.ts', cases: ednsSize },
  { file: 'rfc7766/pipelining.ts', cases: pipelining },
  { file: 'rfc7766/segments.ts', cases: segments },
  { file: 'rfc7766/connection.ts', cases: connection },
  { file: 'rfc7828/keepalive.ts', cases: keepalive },
  { file: 'rfc7830/padding.ts', cases: padding },
  { file: 'rfc7858/alpn.ts', cases: alpn },
  { file: 'rfc7858/connection.ts', cases: tlsConnection },
  { file: 'rfc7858/messages.ts', cases: tlsMessages },
  { file: 'rfc7871/client-subnet.ts', cases: clientSubnet },
  { file: 'rfc7873/cookie.ts', cases: cookie },
  { file: 'rfc8020/empty-non-terminal.ts', cases: emptyNonTerminal },
  { file: 'rfc8467/blocks.ts', cases: blocks },
  { file: 'rfc8482/any.ts', cases: any },
  { file: 'rfc8484/cache.ts', cases: cache },
  { file: 'rfc8484/http.ts', cases: http },
  { file: 'rfc8484/request.ts', cases: httpRequest },
  { file: 'rfc8484/status.ts', cases: httpStatus },
  { file: 'rfc8906/probes.ts', cases: probes },
  { file: 'rfc8914/extended-error.ts', cases: extendedError },
  { file: 'rfc9018/server-cookie.ts', cases: serverCookie },
  { file: 'rfc9210/admission.ts', cases: admission },
  { file: 'rfc9325/version.ts', cases: tlsVersion },
  { file: 'rfc9471/glue.ts', cases: glue },
  { file: 'rfc9619/qdcount.ts', cases: qdcount },
  { file: 'rfc9715/fragmentation.ts', cases: fragmentation },
];
