// So many at a time, of work that is waited for: connections, files, requests.

/** The first failure stops what has not begun, and is thrown once what has begun has ended. */
export async function sideBySide<Item>(
  items: readonly Item[],
  width: number,
  work: (item: Item) => Promise<void>,
): Promise<void> {
  const rest = items.values()
  let isStopped = false
  const lane = async () => {
    for (const item of rest) {
      if (isStopped) return
      await work(item).catch((err) => {
        isStopped = true
        throw err
      })
    }
  }
  const ends = await Promise.allSettled(Array.from({ length: Math.min(width, items.length) }, lane))
  const failed = ends.find((end) => end.status === 'rejected')
  if (failed) throw failed.reason
}
