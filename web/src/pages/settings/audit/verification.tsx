// Whether the audit is as it was written, and the signed ends that can be kept elsewhere.

import { Alert, Button, Code, Group, Stack, Table, Text } from '@mantine/core'
import { IconShieldCheck, IconShieldX } from '@tabler/icons-react'
import { useMutation, useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import { CopyIcon } from '../../../components/actions.tsx'
import { useFormats, When } from '../../../components/figures.tsx'
import { Panel } from '../../../components/panel.tsx'
import { Failed, Loaded } from '../../../components/states.tsx'
import { TableRegion } from '../../../components/table-region.tsx'
import { headsQuery, verify } from './queries.ts'

export function Verification() {
  const { t } = useTranslation('settings')
  const { number } = useFormats()
  const check = useMutation({ mutationFn: verify })
  const found = check.data
  return (
    <Panel
      title={t('verify.title')}
      about={t('verify.about')}
      actions={
        <Button
          size="xs"
          variant="default"
          leftSection={<IconShieldCheck size={16} aria-hidden />}
          loading={check.isPending}
          onClick={() => check.mutate()}
        >
          {t('verify.run')}
        </Button>
      }
    >
      <div role="status">
        {check.isError && <Failed error={check.error} retry={() => check.mutate()} />}
        {found && (
          <Alert
            color={found.is_intact ? 'teal' : 'red'}
            icon={found.is_intact ? <IconShieldCheck aria-hidden /> : <IconShieldX aria-hidden />}
            title={t(found.is_intact ? 'verify.intact' : 'verify.broken')}
          >
            <Stack gap={4}>
              <Text size="sm">
                {t('verify.rows', { count: found.rows, rows: number(found.rows), heads: number(found.signed_heads) })}
              </Text>
              {found.unchained_rows > 0 && (
                <Text size="sm">{t('verify.unchained', { count: found.unchained_rows })}</Text>
              )}
              {found.fault && (
                <Text size="sm">
                  {t('verify.fault', { seq: found.fault.seq })} {found.fault.detail}
                </Text>
              )}
              {found.head && (
                <Text size="xs" ff="monospace" style={{ overflowWrap: 'anywhere' }}>
                  {found.head.seq} {found.head.hash}
                </Text>
              )}
            </Stack>
          </Alert>
        )}
      </div>
    </Panel>
  )
}

export function Heads() {
  const { t } = useTranslation('settings')
  const heads = useQuery(headsQuery)
  return (
    <Panel title={t('heads.title')} about={t('heads.about')}>
      <Loaded query={heads}>
        {(found) => (
          <>
            <Text size="sm">{t('heads.key')}</Text>
            <Group gap="xs" wrap="nowrap">
              <Code style={{ overflowWrap: 'anywhere' }}>{found.public_key}</Code>
              <CopyIcon value={found.public_key} label={t('heads.copyKey')} />
            </Group>
            {found.heads.length === 0 ? (
              <Text size="sm" c="dimmed">
                {t('heads.none')}
              </Text>
            ) : (
              <TableRegion
                label={t('heads.title')}
                headings={[t('heads.at'), t('heads.seq'), t('heads.hash'), t('heads.signature')]}
              >
                {found.heads.map((head) => (
                  <Table.Tr key={head.seq}>
                    <Table.Td>
                      <When at={head.at} />
                    </Table.Td>
                    <Table.Td>{head.seq}</Table.Td>
                    {[head.hash, head.signature].map((text, index) => (
                      <Table.Td key={text}>
                        <Group gap={4} wrap="nowrap">
                          <Code>{text.slice(0, 16)}…</Code>
                          <CopyIcon value={text} label={t(index === 0 ? 'heads.copyHash' : 'heads.copySignature')} />
                        </Group>
                      </Table.Td>
                    ))}
                  </Table.Tr>
                ))}
              </TableRegion>
            )}
          </>
        )}
      </Loaded>
    </Panel>
  )
}
