// The thread that makes one playable copy and ends. Speaks only with playable-copy.ts.

import { parentPort, workerData } from 'node:worker_threads'
import { encodeMp3, type Mp3Input } from './mp3-encode.ts'

await encodeMp3({ ...(workerData as Mp3Input), onProgress: () => parentPort?.postMessage('progress') })
parentPort?.postMessage('done')
