// A small SFTP server in this process (ssh2's own), over a folder on disk, that takes passwords, keyboard-interactive
// logins and keys, and that a test can make misbehave at any request.

import { generateKeyPairSync } from 'node:crypto'
import { close, lstat, mkdir, open, opendir, read, rename, type Stats, stat, unlink, write } from 'node:fs'
import type { AddressInfo, Socket } from 'node:net'
import { join } from 'node:path'
import ssh2, { type Connection, type SFTPWrapper } from 'ssh2'

const { Server, utils } = ssh2

export type SftpServerOptions = {
  root: string
  user?: string
  password?: string
  /** Which logins are let in; default `password`. */
  method?: 'password' | 'keyboard-interactive' | 'publickey'
  /** Line of an authorized_keys file. */
  publicKey?: string
  hostKey?: string
  banner?: string
  /** True: the test has dealt with this request. */
  intercept?: (request: string, id: number, sftp: SFTPWrapper, path: string) => boolean
}

export type SftpServer = { port: number; logins: string[]; connections: Set<Socket>; close(): Promise<void> }

/** PEM (PKCS#1), which ssh2 reads. */
export function newHostKey(): string {
  return generateKeyPairSync('rsa', { modulusLength: 2048 })
    .privateKey.export({ type: 'pkcs1', format: 'pem' })
    .toString()
}

const { STATUS_CODE: status, OPEN_MODE } = utils.sftp

export async function startSftpServer(options: SftpServerOptions): Promise<SftpServer> {
  const { user = 'tester', password = 'pass word', method = 'password', hostKey = newHostKey() } = options
  const logins: string[] = []
  const connections = new Set<Socket>()
  const known = options.publicKey ? utils.parseKey(options.publicKey) : null
  const key = known instanceof Error || known === null ? null : known

  const server = new Server(
    { hostKeys: [hostKey], ...(options.banner ? { banner: options.banner } : {}) },
    (client: Connection) => {
      client.on('error', () => {})
      client.on('authentication', (context) => {
        logins.push(context.method)
        if (context.username !== user || context.method !== method) return context.reject([method])
        if (context.method === 'password') return context.password === password ? context.accept() : context.reject()
        if (context.method === 'publickey') {
          const isKnown = key && context.key.data.equals(key.getPublicSSH())
          const isSigned =
            !context.signature || key?.verify(context.blob as Buffer, context.signature, context.hashAlgo) === true
          return isKnown && isSigned ? context.accept() : context.reject()
        }
        if (context.method === 'keyboard-interactive') {
          context.prompt([{ prompt: 'Password: ', echo: false }], (answers) =>
            answers[0] === password ? context.accept() : context.reject(),
          )
        }
      })
      client.on('session', (accept) => accept().on('sftp', (acceptSftp) => serve(acceptSftp())))
    },
  )
  server.on('connection', (_client, _info) => {})
  const inner = (server as unknown as { _srv: { on(event: 'connection', listener: (socket: Socket) => void): void } })
    ._srv
  inner.on('connection', (socket) => {
    connections.add(socket)
    socket.on('close', () => connections.delete(socket)).on('error', () => {})
  })
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))

  function serve(sftp: SFTPWrapper): void {
    const at = (path: string) => join(options.root, path.startsWith('/') ? path : `/${path}`)
    const handles = new Map<number, { file?: number; names?: AsyncIterator<{ name: string }>; folder: string }>()
    let last = 0
    const handed = (what: { file?: number; names?: AsyncIterator<{ name: string }>; folder: string }) => {
      last += 1
      handles.set(last, what)
      const handle = Buffer.alloc(4)
      handle.writeUInt32BE(last)
      return handle
    }
    const find = (handle: Buffer) => handles.get(handle.readUInt32BE(0))
    const said = (id: number) => (error: NodeJS.ErrnoException | null | undefined) => {
      const code = !error
        ? status.OK
        : ['ENOENT', 'ENOTDIR'].includes(error.code ?? '')
          ? status.NO_SUCH_FILE
          : status.FAILURE
      sftp.status(id, code)
    }
    const attrsOf = ({ mode, uid, gid, size, atimeMs, mtimeMs }: Stats) => ({
      ...{ mode, uid, gid, size },
      ...{ atime: Math.floor(atimeMs / 1000), mtime: Math.floor(mtimeMs / 1000) },
    })
    const is = (request: string, id: number, path = '') => options.intercept?.(request, id, sftp, path) === true

    sftp.on('REALPATH', (id, path) => {
      if (is('REALPATH', id, path)) return
      sftp.name(id, [{ filename: path === '.' ? '/' : path, longname: '', attrs: {} as never }])
    })
    for (const [request, call] of [
      ['STAT', stat],
      ['LSTAT', lstat],
    ] as const) {
      sftp.on(request, (id: number, path: string) => {
        if (is(request, id, path)) return
        call(at(path), (error, found) => (error ? said(id)(error) : sftp.attrs(id, attrsOf(found))))
      })
    }
    sftp.on('OPENDIR', (id, path) => {
      if (is('OPENDIR', id, path)) return
      opendir(at(path), (error, folder) => {
        if (error) return said(id)(error)
        sftp.handle(id, handed({ names: folder[Symbol.asyncIterator](), folder: at(path) }))
      })
    })
    sftp.on('READDIR', async (id, handle) => {
      if (is('READDIR', id)) return
      const found = find(handle)
      const names = []
      for (let next = await found?.names?.next(); next && !next.done; next = await found?.names?.next()) {
        const path = join(found?.folder ?? '', next.value.name)
        const attrs = await new Promise<Stats | null>((done) =>
          lstat(path, (error, facts) => done(error ? null : facts)),
        )
        if (attrs) names.push({ filename: next.value.name, longname: next.value.name, attrs: attrsOf(attrs) as never })
        if (names.length === 100) break
      }
      if (names.length === 0) sftp.status(id, status.EOF)
      else sftp.name(id, names)
    })
    sftp.on('OPEN', (id, path, flags) => {
      if (is('OPEN', id, path)) return
      const isNew = (flags & OPEN_MODE.CREAT) !== 0
      open(at(path), isNew ? 'wx' : 'r', (error, file) =>
        error ? said(id)(error) : sftp.handle(id, handed({ file, folder: '' })),
      )
    })
    sftp.on('READ', (id, handle, offset, length) => {
      if (is('READ', id)) return
      const file = find(handle)?.file
      if (file === undefined) return sftp.status(id, status.FAILURE)
      read(file, Buffer.alloc(length), 0, length, offset, (error, bytes, buffer) => {
        if (error) said(id)(error)
        else if (bytes === 0) sftp.status(id, status.EOF)
        else sftp.data(id, buffer.subarray(0, bytes))
      })
    })
    sftp.on('WRITE', (id, handle, offset, data) => {
      const file = find(handle)?.file
      if (file === undefined) return sftp.status(id, status.FAILURE)
      write(file, data, 0, data.length, offset, said(id))
    })
    sftp.on('FSTAT', (id) => void sftp.status(id, status.FAILURE))
    sftp.on('FSETSTAT', (id) => void sftp.status(id, status.OK))
    sftp.on('CLOSE', (id, handle) => {
      const file = find(handle)?.file
      handles.delete(handle.readUInt32BE(0))
      if (file === undefined) sftp.status(id, status.OK)
      else close(file, said(id))
    })
    sftp.on('REMOVE', (id, path) => is('REMOVE', id, path) || unlink(at(path), said(id)))
    sftp.on('MKDIR', (id, path) => is('MKDIR', id, path) || mkdir(at(path), said(id)))
    sftp.on('RENAME', (id, from, to) => is('RENAME', id, from) || rename(at(from), at(to), said(id)))
  }

  return {
    port: (server.address() as AddressInfo).port,
    logins,
    connections,
    async close() {
      for (const socket of connections) socket.destroy()
      await new Promise<void>((done) => server.close(() => done()))
    },
  }
}
