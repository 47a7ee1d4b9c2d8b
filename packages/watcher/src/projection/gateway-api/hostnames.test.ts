import { expect, it } from 'vitest';
import { intersect } from './hostnames.ts';

// Route, listener, what both mean. The first rows are those of "Hostnames in Gateway API", the next those of
// the conformance tests httproute- and tlsroute-hostname-intersection.
it.each([
  ['www.example.com', 'www.example.com', 'www.example.com'],
  ['www.example.com', '*.example.com', 'www.example.com'],
  ['sub.domain.example.com', '*.example.com', 'sub.domain.example.com'],
  ['*.example.com', 'www.example.com', 'www.example.com'],
  ['*.example.com', 'sub.domain.example.com', 'sub.domain.example.com'],
  ['*.example.com', '*.example.com', '*.example.com'],
  ['*.example.com', '*.com', '*.example.com'],
  ['www.example.com', '*', 'www.example.com'],
  ['*', '*', '*'],
  ['non.matching.com', 'very.specific.com', undefined],
  ['*.nonmatchingwildcard.io', 'very.specific.com', undefined],
  ['*.specific.com', 'very.specific.com', 'very.specific.com'],
  ['wildcard.io', '*.wildcard.io', undefined],
  ['*.wildcard.io', 'wildcard.io', undefined],
  ['foo.bar.wildcard.io', '*.wildcard.io', 'foo.bar.wildcard.io'],
  ['*.anotherwildcard.io', '*.wildcard.io', undefined],
  ['specific.but.wrong.com', 'very.specific.com', undefined],
  ['sub.first.com', '', 'sub.first.com'],
  ['*.com', '*.example.com', '*.example.com'],
  ['*.com', '', '*.com'],
  // A suffix of labels, not of characters.
  ['xexample.com', '*.example.com', undefined],
  ['*.example.com', 'xexample.com', undefined],
  ['*.aexample.com', '*.example.com', undefined],
  ['.example.com', '*.example.com', undefined],
  // Neither wildcard is within the other.
  ['*.a.example.com', '*.b.example.com', undefined],
  ['*.a.b.example.com', '*.example.com', '*.a.b.example.com'],
  // No hostname of the route.
  ['', '*.example.com', '*.example.com'],
  ['', '', ''],
  // As the narrower one is written.
  ['WWW.Example.com', 'www.example.COM.', 'WWW.Example.com'],
  ['*.EXAMPLE.com.', 'a.B.example.com', 'a.B.example.com'],
  ['a.b.Example.com.', '*.example.COM', 'a.b.Example.com.'],
  // A wildcard that is one only at the start.
  ['a.*.example.com', '*.example.com', 'a.*.example.com'],
  ['a.b.example.com', 'a.*.example.com', undefined],
  ['foo.example.com', 'f*.example.com', undefined],
])('of route %j and listener %j: %j', (route, listener, expected) => {
  expect(intersect(route, listener)).toBe(expected);
});
