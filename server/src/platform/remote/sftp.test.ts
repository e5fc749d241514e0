import { diskOf } from '../../../test/remote-servers/disk.ts'
import { isRoot, temporaryFolder } from '../../../test/remote-servers/process-server.ts'
import { startSftpServer } from '../../../test/remote-servers/sftp-server.ts'
import { skipWithoutSshd, startSshd } from '../../../test/remote-servers/sshd.ts'
import { testRemoteFolder } from './conformance.ts'
import { sftpFolder } from './sftp.ts'

const local = { host: 'localhost', gate: async () => ['127.0.0.1'] }

testRemoteFolder('OpenSSH', { skip: skipWithoutSshd, hasTimes: true, hasFolders: true }, async () => {
  const { path, remove } = temporaryFolder()
  const { port, root, user, privateKey, hostKey, kill } = await startSshd(path)
  return {
    folder: (path) => sftpFolder({ ...local, port, user, privateKey, hostKey, path: `${root}${path}` }),
    ...diskOf(root, isRoot),
    async close() {
      await kill()
      await remove()
    },
  }
})

testRemoteFolder('SFTP in this process', { skip: false, hasTimes: true, hasFolders: true }, async () => {
  const { path: root, remove } = temporaryFolder()
  const server = await startSftpServer({ root })
  const settings = { ...local, port: server.port, user: 'tester', password: 'pass word', hostKey: null }
  return {
    folder: (path) => sftpFolder({ ...settings, path }),
    ...diskOf(root, false),
    async close() {
      await server.close()
      await remove()
    },
  }
})
