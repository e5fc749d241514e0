// Files of reports and exports whose time is over: removed, and their record says so. Run again after a kill it goes on.

import type { Db } from '../../platform/db/db.ts'
import type { Store } from '../../storage/index.ts'
import { changeDocument, expiredDocuments, fileKey, forgetOldDocuments } from './documents.ts'

/** In the scope of every organisation. */
export async function letDocumentsGo(db: Db, store: Store): Promise<void> {
  for (const document of await expiredDocuments(db)) {
    await store.delete(fileKey(document))
    await changeDocument(db, document, { state: 'expired' })
  }
  await forgetOldDocuments(db)
}
