import { readFile } from 'node:fs/promises';
import { describe, expect, it } from '@jest/globals';
import { createAppManifest } from './create-app-manifest.ts';
import { renderAppManifest } from './render-app-manifest.ts';

describe('the app manifest', () => {
  it('is committed as the code has it; else run npm run slack-manifest', async () => {
    const committed = await readFile(
      new URL('../../../../docs/slack-app-manifest.yaml', import.meta.url),
      'utf8',
    );
    expect(committed).toBe(renderAppManifest());
  });

  it('asks for nothing that reads people’s profiles, files or other channels', () => {
    const { oauth_config } = createAppManifest('https://hitl.example.com');
    expect(oauth_config?.scopes).toEqual({
      user: ['openid'],
      bot: [
        'app_mentions:read',
        'assistant:write',
        'channels:history',
        'chat:write',
        'commands',
        'groups:history',
        'im:history',
        'mpim:history',
      ],
    });
  });

  it('keeps Slack’s limits', () => {
    const { display_information, features } = createAppManifest('https://hitl.example.com');
    expect(display_information.name.length).toBeLessThanOrEqual(35);
    expect(display_information.description?.length).toBeLessThanOrEqual(140);
    expect(features?.agent_view?.agent_description?.length).toBeLessThanOrEqual(300);
    expect(features?.agent_view?.suggested_prompts?.length).toBeLessThanOrEqual(4);
  });

  it('has every address below the one that it is made for', () => {
    const text = renderAppManifest('https://api.acme.example');
    expect(text.match(/https:\/\/[^"/]+[^"]*/g)?.sort()).toEqual([
      'https://api.acme.example/events',
      'https://api.acme.example/oauth/callback',
      'https://api.acme.example/slack/commands',
      'https://api.acme.example/slack/interactions',
      'https://api.acme.example/slack/login/callback',
    ]);
  });

  it('has rotating tokens unless it is for a stack that can’t renew them', () => {
    const rotates = (text: string) => /token_rotation_enabled: (\w+)/.exec(text)?.[1];
    expect(rotates(renderAppManifest('https://api.acme.example'))).toBe('true');
    expect(rotates(renderAppManifest('https://api.acme.example', { tokenRotation: false }))).toBe('false');
  });
});
