import { parentPort, workerData } from 'node:worker_threads';
import { type MergeTask, mergeHere } from './merge.ts';

parentPort?.postMessage(mergeHere(workerData as MergeTask));
