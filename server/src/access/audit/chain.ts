// Whether a chain of the audit is as it was written: row after row, without a database. What was edited, removed, put in,
// moved or cut off is told as the first fault.

import { type ChainedRow, firstHash, hashOf, rowText } from './row.ts'

export type ChainEnd = { seq: number; hash: string }

/** A head that was signed, and whether by us. */
export type SignedEnd = ChainEnd & { isGenuine(): boolean }

export type Fault = {
  /** Where the chain breaks: everything before it is as it was written. */
  seq: number
  kind:
    | 'row_missing'
    | 'row_of_another'
    | 'link_broken'
    | 'row_altered'
    | 'head_differs'
    | 'cut_off'
    | 'signature_wrong'
    | 'signed_head_differs'
  detail: string
}

export type ChainCheck = {
  /** Rows in order of seq. After a fault, further rows are not looked at. */
  add(row: ChainedRow): Fault | null
  /** After the last row. */
  end(): Fault | null
}

/**
 * @param head where the chain ends, as the table of heads has it; null: it has none
 * @param signed in order of seq
 * @param from the end of what was checked before; absent: from the first row
 */
export function chainCheck(input: {
  orgId: string
  head: ChainEnd | null
  signed: SignedEnd[]
  from?: ChainEnd
}): ChainCheck {
  const { orgId, head, signed } = input
  let { seq, hash } = input.from ?? { seq: 0, hash: firstHash }
  let nextSigned = 0
  let fault: Fault | null = null

  const fail = (kind: Fault['kind'], at: number, detail: string): Fault => (fault = { seq: at, kind, detail })

  /** Those that were signed up to here. */
  function checkSigned(): Fault | null {
    for (let one = signed[nextSigned]; one && one.seq <= seq; one = signed[++nextSigned]) {
      if (one.seq < seq) continue
      if (one.hash !== hash) return fail('signed_head_differs', seq, `Row ${seq} is another one than was signed.`)
      if (!one.isGenuine()) return fail('signature_wrong', seq, `The signature of head ${seq} is not ours.`)
    }
    return null
  }

  return {
    add(row) {
      if (fault) return fault
      const expected = seq + 1
      if (row.seq !== expected)
        return fail('row_missing', expected, `Where row ${expected} should be is row ${row.seq}.`)
      if (row.org_id !== orgId) return fail('row_of_another', expected, `Row ${expected} is of another organisation.`)
      if (row.prev_hash !== hash)
        return fail('link_broken', expected, `Row ${expected} does not follow from the row before it.`)
      if (hashOf(rowText(row)) !== row.hash)
        return fail('row_altered', expected, `Row ${expected} does not fit its hash.`)
      seq = expected
      hash = row.hash
      return checkSigned()
    },
    end() {
      if (fault) return fault
      const last = signed.at(-1)
      if (last && last.seq > seq)
        return fail('cut_off', seq + 1, `Head ${last.seq} was signed; the chain ends at ${seq}.`)
      const { seq: headSeq, hash: headHash } = head ?? { seq: 0, hash: firstHash }
      if (headSeq > seq) return fail('cut_off', seq + 1, `The chain should end at ${headSeq}; it ends at ${seq}.`)
      if (headSeq < seq)
        return fail('head_differs', headSeq + 1, `The chain should end at ${headSeq}; it goes to ${seq}.`)
      return headHash === hash
        ? null
        : fail('head_differs', seq, `Row ${seq} is not the one that the chain should end with.`)
    },
  }
}
