import type { ProblemCode } from '@legend-fl/protocol';

/** Why a coordinator refuses, and what helps. A code without a line does not compile. */
export const problemCauses: Readonly<Record<ProblemCode, { readonly cause: string; readonly cure: string }>> =
  {
    'request-invalid': {
      cause: 'The request does not fit the schema of its route, or a figure is outside its bounds.',
      cure: 'The message names the field. From a device of another version: upgrade the older side.',
    },
    'body-too-long': {
      cause:
        'The body is longer than the route takes, or an upload is longer than the device could have trained.',
      cure: 'Send less. From `legend join` this points to a coordinator and a device of different versions.',
    },
    'protocol-unsupported': {
      cause:
        'The coordinator does not speak this version of the protocol; `supported` lists those that it speaks.',
      cure: 'Upgrade whichever side is older.',
    },
    'not-found': { cause: 'No such route, blob, upload or token.', cure: 'Check the address.' },
    'method-not-allowed': {
      cause: 'The route exists, but not for this HTTP method.',
      cure: 'The protocol reference lists the methods of each route.',
    },
    'too-many-requests': {
      cause: 'The device, the address or the token has used up its requests for the moment.',
      cure: 'Wait for as many seconds as `Retry-After` says; devices do so on their own.',
    },
    'credential-invalid': {
      cause:
        'There is no credential, or it does not verify: another key, method, path or body than it was made for.',
      cure: 'Sign each request for itself. On the live page: sign in again with the operator token.',
    },
    'credential-expired': {
      cause: 'The credential is too old, or its time lies in the future: the two clocks differ.',
      cure: 'Devices correct themselves by `serverTime`. Elsewhere set the clock.',
    },
    'credential-replayed': {
      cause: 'This credential was used before.',
      cure: 'Make a new one for each request, retries included.',
    },
    'token-invalid': {
      cause: 'The token is unknown to this coordinator.',
      cure: 'Copy it again, or ask for a new one.',
    },
    'token-revoked': { cause: 'The operator revoked the token.', cure: 'Ask for a new one.' },
    'token-used': {
      cause: 'The token has let in as many devices as it was made for.',
      cure: 'Make one for more: `legend token create --uses n`.',
    },
    'token-expired': {
      cause: 'The token is past its last hour.',
      cure: 'Make another: `legend token create --hours n`.',
    },
    'token-held': {
      cause:
        'A device that this token let in, or one from the same address, was revoked after the token was made.',
      cure: 'Make a new token for the devices that should still come in.',
    },
    'device-unknown': {
      cause:
        'The coordinator has no device of this id: it was restored from an older copy, or it is another one.',
      cure: 'Join again with a token.',
    },
    'device-revoked': {
      cause: 'The operator revoked this device, for good.',
      cure: 'Talk to the operator; a new key and a token made since are needed.',
    },
    'operator-only': {
      cause: 'The route needs the operator token.',
      cure: 'Send it as a bearer token, or sign in.',
    },
    'run-unknown': {
      cause: 'There is no run of this id.',
      cure: 'Check the id; the live page lists the runs.',
    },
    'run-set-aside': {
      cause: 'The run cannot be opened: its model or data is gone, or its log is damaged.',
      cure: 'The live page says what is missing. Put it back and restart the coordinator; other runs go on.',
    },
    'run-finished': { cause: 'The run is over.', cure: 'Nothing to do; begin another run for more rounds.' },
    'run-conflict': {
      cause: 'A run of this name or id exists with other settings.',
      cure: 'Choose another name, or start it with the settings that it was begun with.',
    },
    'old-round': {
      cause: 'The update is for a round that is over.',
      cure: 'Nothing to do: the device takes the next round.',
    },
    'round-not-open': {
      cause: 'The update is for a round, or an attempt at one, that is not open.',
      cure: 'Ask for the present assignment.',
    },
    'round-closed': {
      cause: 'The round closed at its deadline, or had the updates that it needed.',
      cure: 'Nothing to do. If it happens to one device often, give it more time with `roundDeadline`.',
    },
    'unknown-device': { cause: 'The device takes no part in this round.', cure: 'Wait for an assignment.' },
    'device-dropped': {
      cause: 'The device was dropped from this round: it left, went silent or was revoked.',
      cure: 'Nothing to do: it takes part again in the next round.',
    },
    'conflicting-update': {
      cause: 'The device has handed in another update for this round.',
      cure: 'One key on one machine: a copied state folder makes two devices out of one.',
    },
    'update-invalid': {
      cause:
        'The message is not exactly what the device was to train: tensors, shapes, codec, or a value that is not finite.',
      cure: 'The message says which. If training diverges, lower the learning rate.',
    },
    'upload-offset': {
      cause: 'The part does not begin where the last one ended; `offset` tells where that is.',
      cure: 'Go on from there; devices do so on their own.',
    },
    'upload-incomplete': {
      cause: 'The update was handed in before all its bytes had arrived.',
      cure: 'Upload the rest first.',
    },
    'upload-corrupt': {
      cause: 'The bytes do not have the hash that the upload was announced under.',
      cure: 'Upload again from the start. If it repeats, suspect a proxy that changes bodies, or a disk.',
    },
    'too-many-uploads': {
      cause: 'More uploads are open than an assignment needs, or the token has used up its bytes.',
      cure: 'Hand in or give up those that are open.',
    },
    'range-unsatisfiable': {
      cause: '`Range` asks for bytes beyond the end of the blob.',
      cure: 'Fetch it from the start.',
    },
    'disk-full': {
      cause: 'The disk of the coordinator is full.',
      cure: 'Make room; the run goes on by itself.',
    },
    'shutting-down': {
      cause: 'The coordinator is stopping.',
      cure: 'Try again once it is back; devices do so on their own.',
    },
    failed: {
      cause: 'A bug, or the machine of the coordinator failed.',
      cure: 'The log of the coordinator has the error. Report it with the log.',
    },
  };
