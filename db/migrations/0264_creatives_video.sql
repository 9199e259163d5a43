-- Why: a video is served in several sizes and bitrates, told apart by what its own boxes say; older rows say nothing.

ALTER TABLE asset ADD COLUMN codec text;
ALTER TABLE asset ADD COLUMN bitrate_kbps integer;
