// The door of the slice: what others may use of it.

import { localStore } from './local.ts'
import { type S3Settings, s3Store } from './s3.ts'
import type { Store } from './store.ts'

export type { S3Settings } from './s3.ts'
export { renderS3Error, renderS3Success, type S3Answer } from './s3-answers.ts'
export { type ByteRange, type Opened, type PutOptions, type Store, type Stored, storeKey } from './store.ts'
export {
  checkUploadFields,
  checkUploadSize,
  createUploadTicket,
  type GrantedUpload,
  ticketFieldNames,
  type UploadTicket,
} from './upload-policy.ts'

export type StorageSettings = { kind: 'local'; root: string } | ({ kind: 's3' } & S3Settings)

/** The one store of the server, by its settings. `close` lets the process end at once. */
export function openStore(settings: StorageSettings): Store & { close(): void } {
  return settings.kind === 's3' ? s3Store(settings) : { ...localStore(settings), close: () => undefined }
}
