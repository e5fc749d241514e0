// Who and what has access, what deserves a look, and what was decided about each.

import { Badge, Button, Group, SegmentedControl, Select, Stack, Table, Text } from '@mantine/core'
import { IconDownload } from '@tabler/icons-react'
import { queryOptions, useQuery } from '@tanstack/react-query'
import { useTranslation } from 'react-i18next'
import type { Answer, Sent } from '../../../api/answer.ts'
import { api, told } from '../../../api/client.ts'
import { useAct } from '../../../components/act.ts'
import { useAddress } from '../../../components/address.ts'
import { When } from '../../../components/figures.tsx'
import { Panel } from '../../../components/panel.tsx'
import { Blank, Loaded } from '../../../components/states.tsx'
import { TableRegion } from '../../../components/table-region.tsx'

type Review = Answer<'/v1/access-review', 'get'>
type Subject = Review['subjects'][number]
type Decision = Sent<'/v1/access-review/{id}/decisions', 'post'>

const decisions = ['keep', 'change', 'remove'] as const

const reviewQuery = queryOptions({
  queryKey: ['access-review'],
  queryFn: () => told(api.GET('/v1/access-review')) as Promise<Review>,
})

export function ReviewPart() {
  const { t } = useTranslation('settings')
  const { search, set } = useAddress()
  const shows = search.show === 'all' ? 'all' : 'marked'
  return (
    <Panel
      title={t('part.access-review')}
      about={t('review.about')}
      actions={
        <Button
          size="xs"
          variant="default"
          component="a"
          href="/v1/access-review?format=csv"
          download="access-review.csv"
          leftSection={<IconDownload size={16} aria-hidden />}
        >
          {t('review.csv')}
        </Button>
      }
    >
      <Loaded query={useQuery(reviewQuery)}>
        {(review) => {
          const rows = review.subjects.filter(({ marks }) => shows === 'all' || marks.length > 0)
          return (
            <Stack gap="sm">
              <SegmentedControl
                aria-label={t('review.shows')}
                value={shows}
                onChange={(value) => set({ show: value === 'all' ? 'all' : null })}
                data={[
                  { value: 'marked', label: t('review.marked') },
                  { value: 'all', label: t('review.all', { count: review.subjects.length }) },
                ]}
                style={{ alignSelf: 'flex-start' }}
              />
              {rows.length === 0 ? (
                <Blank title={t('review.none')} />
              ) : (
                <TableRegion
                  label={t('part.access-review')}
                  headings={(['who', 'access', 'used', 'marks', 'decision'] as const).map((name) =>
                    t(`review.${name}`),
                  )}
                  minWidth={760}
                >
                  {rows.map((subject) => (
                    <Row key={subject.subject} subject={subject} reviewId={review.review_id} />
                  ))}
                </TableRegion>
              )}
            </Stack>
          )
        }}
      </Loaded>
    </Panel>
  )
}

function Row({ subject, reviewId }: { subject: Subject; reviewId: string }) {
  const { t } = useTranslation('settings')
  const decide = useAct(
    (body: Decision) =>
      told(api.POST('/v1/access-review/{id}/decisions', { params: { path: { id: reviewId } }, body })),
    { touches: [['access-review']], done: t('review.recorded') },
  )
  return (
    <Table.Tr>
      <Table.Td maw={220}>
        <Text size="sm" fw={550} truncate>
          {subject.name}
        </Text>
        <Text size="xs" c="dimmed" truncate>
          {t(`review.kind.${subject.kind}`)}
          {subject.email && subject.email !== subject.name ? ` · ${subject.email}` : ''}
        </Text>
      </Table.Td>
      <Table.Td>
        <Text size="sm">
          {subject.role ? t(`role.${subject.role as 'owner'}`) : t('review.rights', { count: subject.scopes.length })}
        </Text>
      </Table.Td>
      <Table.Td>
        {subject.last_used_at ? (
          <When at={subject.last_used_at} relative />
        ) : (
          <Text size="sm">{t('people.never')}</Text>
        )}
      </Table.Td>
      <Table.Td>
        <Group gap={4}>
          {subject.marks.map((mark) => (
            <Badge miw="max-content" key={mark} variant="light" color="orange" tt="none" fw={550} size="sm">
              {t(`review.mark.${mark}`)}
            </Badge>
          ))}
        </Group>
      </Table.Td>
      <Table.Td>
        <Select
          size="xs"
          w={150}
          aria-label={t('review.decide', { name: subject.name })}
          placeholder={t('review.undecided')}
          allowDeselect={false}
          data={decisions.map((value) => ({ value, label: t(`review.decided.${value}`) }))}
          value={subject.decision?.decision ?? null}
          onChange={(value) =>
            value && decide.mutate({ subject: subject.subject, decision: value as Decision['decision'] })
          }
        />
        {subject.decision && (
          <Text size="xs" c="dimmed">
            <When at={subject.decision.at} relative />
          </Text>
        )}
      </Table.Td>
    </Table.Tr>
  )
}
