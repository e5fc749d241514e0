// Builds what there is of remote servers: their routes, how they are opened, and files by their address.

import type { Db } from '../../platform/db/db.ts'
import type { Route } from '../../platform/http/route.ts'
import type { Download } from '../../platform/outbound/download.ts'
import type { Secrets } from '../../platform/secrets.ts'
import { type FileDownload, fileDownload } from './file-download.ts'
import { mountedRoutes } from './mounted-routes.ts'
import { type OpenServerParts, type OpenServers, openServers } from './open-server.ts'
import { serverRoutes } from './server-routes.ts'
import type { UsersOfServer } from './servers.ts'

/** What of the machine and the network may be reached. */
export type RemoteAccess = Pick<OpenServerParts, 'gates' | 'mountedFolders'>

export function remoteServers(
  input: RemoteAccess & { db: Db; secrets: Secrets; download: Download; usersOf: UsersOfServer },
): { routes: Route[]; servers: OpenServers; fetchFile: FileDownload } {
  const servers = openServers(input)
  return {
    routes: [...serverRoutes({ ...input, servers }), ...mountedRoutes(input)],
    servers,
    fetchFile: fileDownload({ servers, download: input.download }),
  }
}
