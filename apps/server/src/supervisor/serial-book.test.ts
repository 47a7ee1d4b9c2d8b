import { expect, test } from 'vitest';
import { SerialBook } from './serial-book.ts';

test('a zone goes on from its last serial, whoever published it', () => {
  const book = new SerialBook();
  const first = book.open(['example.com.', 'example.org.']);
  expect([...new Uint32Array(first)]).toEqual([0, 0]);
  new Uint32Array(first).set([7, 9]);
  const second = book.open(['example.org.', 'example.net.']);
  expect([...new Uint32Array(second)]).toEqual([9, 0]);
  new Uint32Array(second).set([12, 3]);
  // Still written by the first, and behind.
  new Uint32Array(first).set([8, 10]);
  book.close(first);
  book.close(second);
  expect([...new Uint32Array(book.open(['example.net.', 'example.com.', 'example.org.']))]).toEqual(
    [3, 8, 12],
  );
});

test('closing twice is closing once', () => {
  const book = new SerialBook();
  const memory = book.open(['example.com.']);
  book.close(memory);
  new Uint32Array(memory).set([5]);
  book.close(memory);
  expect([...new Uint32Array(book.open(['example.com.']))]).toEqual([0]);
});
