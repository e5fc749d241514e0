// Storage: where bytes live, and the tickets by which strangers may bring some. The only door into this slice.

import { localStore } from './local.ts'
import { type S3Settings, s3Store } from './s3.ts'
import type { Store } from './store.ts'

export { renderS3Error, renderS3Success } from './s3-answers.ts'
export { s3Folder } from './s3-folder.ts'
export { meter, type Store, storeKey } from './store.ts'
export { checkUploadFields, checkUploadSize, createUploadTicket, type GrantedUpload } from './upload-policy.ts'

export type StorageSettings = { kind: 'local'; root: string } | ({ kind: 's3' } & S3Settings)

/** The one store of the server, by its settings. `close` lets the process end at once. */
export function openStore(settings: StorageSettings): Store & { close(): void } {
  return settings.kind === 's3' ? s3Store(settings) : { ...localStore(settings), close: () => undefined }
}
