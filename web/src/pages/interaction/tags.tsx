// The tags of a conversation in their colours, and the place to change them.

import { ActionIcon, Alert, Button, ColorSwatch, Group, Pill, Popover, Stack, TagsInput } from '@mantine/core'
import { IconTag } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { useTranslation } from 'react-i18next'
import { asFailure } from '../../api/failure.ts'
import { useMay } from '../../api/session.ts'
import { tagsQuery } from '../interactions/queries.ts'
import { useSetTags } from './changes.ts'
import type { Conversation } from './queries.ts'

const charsMax = 30

export function Tags({ conversation }: { conversation: Conversation }) {
  const { t } = useTranslation(['interaction', 'shell'])
  const may = useMay()('calls:annotate')
  const [isOpen, setOpen] = useState(false)
  const { tags } = conversation.annotations
  return (
    <Group gap={4}>
      {tags.map(({ name, colour }) => (
        <Pill key={name} size="sm" className="tag">
          {colour && <ColorSwatch component="span" color={colour} size={8} withShadow={false} aria-hidden />} {name}
        </Pill>
      ))}
      {may && (
        <Popover opened={isOpen} onChange={setOpen} width={300} trapFocus position="bottom-start" shadow="md">
          <Popover.Target>
            {tags.length === 0 ? (
              <Button
                size="compact-xs"
                variant="subtle"
                color="gray"
                leftSection={<IconTag size={14} aria-hidden />}
                onClick={() => setOpen(!isOpen)}
              >
                {t('tags.add')}
              </Button>
            ) : (
              <ActionIcon
                variant="subtle"
                color="gray"
                size={24}
                aria-label={t('tags.edit')}
                onClick={() => setOpen(!isOpen)}
              >
                <IconTag size={15} aria-hidden />
              </ActionIcon>
            )}
          </Popover.Target>
          <Popover.Dropdown>
            {isOpen && <Edit conversation={conversation} onClose={() => setOpen(false)} />}
          </Popover.Dropdown>
        </Popover>
      )}
    </Group>
  )
}

function Edit({ conversation, onClose }: { conversation: Conversation; onClose: () => void }) {
  const { t } = useTranslation(['interaction', 'shell'])
  const known = useQuery(tagsQuery)
  const set = useSetTags(conversation.id)
  const [tags, setTags] = useState(conversation.tags)
  return (
    <Stack gap="xs">
      <TagsInput
        label={t('tags.title')}
        description={t('tags.text')}
        data={(known.data?.tags ?? []).map(({ name }) => name)}
        maxLength={charsMax}
        value={tags}
        onChange={setTags}
        comboboxProps={{ withinPortal: false }}
        data-autofocus
      />
      {set.isError && <Alert color="red">{asFailure(set.error).message}</Alert>}
      <Group justify="flex-end" gap="xs">
        <Button size="xs" variant="default" onClick={onClose}>
          {t('shell:action.cancel')}
        </Button>
        <Button size="xs" loading={set.isPending} onClick={() => set.mutate(tags, { onSuccess: onClose })}>
          {t('shell:action.save')}
        </Button>
      </Group>
    </Stack>
  )
}
