// Processor time of other processes, from Linux's /proc: where two programs share a machine, it tells what each one costs
// whatever else runs there.

import { readdir, readFile } from 'node:fs/promises'

/** USER_HZ, which is 100 wherever Linux runs on processors that Node knows. */
const msPerTick = 10

type Stat = { pid: number; parent: number; cpuMs: number; childrenMs: number }

async function statOf(pid: number): Promise<Stat | null> {
  const text = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => null)
  if (text === null) return null
  // The name, in parentheses, may hold anything.
  const fields = text
    .slice(text.lastIndexOf(')') + 2)
    .split(' ')
    .map(Number)
  const [parent = 0, user = 0, system = 0, childUser = 0, childSystem = 0] = [1, 11, 12, 13, 14].map((at) => fields[at])
  return { pid, parent, cpuMs: (user + system) * msPerTick, childrenMs: (childUser + childSystem) * msPerTick }
}

/** Of a process and all of its children, the ended ones included. */
export async function cpuMsOfTree(root: number): Promise<number> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name)).map(Number)
  const all = (await Promise.all(pids.map(statOf))).filter((one) => one !== null)
  const own = all.find(({ pid }) => pid === root)
  const children = all.filter(({ parent }) => parent === root)
  return (own ? own.cpuMs + own.childrenMs : 0) + children.reduce((sum, { cpuMs }) => sum + cpuMs, 0)
}

export const cpuMsOf = async (pid: number): Promise<number> => (await statOf(pid))?.cpuMs ?? 0
