"""The request fields of the four actions, with their ranges.

Source: https://trtc.io/document/46960 (Create), 46958 (Describe), 46957 (Modify), 46959 (Delete),
36760 (data types).
"""

from sandbox.trtc.schema import Flag, Int, Obj, Objs, Shape, Text, Texts

NAME = r"[A-Za-z0-9_-]+"
NAME_WHY = "letters, digits, _ and - are allowed"
IMAGE_URL = Text(
    pattern=r"https?://(?=[^?#]*\.(?i:jpg|jpeg|png)(?:[?#]|$))[a-zA-Z0-9\-._~:/?#\[\]@!&()*+,%=]+",
    why="an http(s) address of a jpg, jpeg or png from the allowed characters",
)
REQUIRED_IMAGE_URL = Text(pattern=IMAGE_URL.pattern, why=IMAGE_URL.why, required=True)
TEXT_COLOR = Text(pattern=r"(?:0x|#)[0-9A-Fa-f]{6}", why="a colour such as 0xFFFFFF")
FONT = Text(choices=("Tencent", "SourceHanSans"))
USER_IDS = Texts(most=32)

SUBSCRIPTION: Shape = {
    "SubscribeAudioUserIds": USER_IDS,
    "UnSubscribeAudioUserIds": USER_IDS,
    "SubscribeVideoUserIds": USER_IDS,
    "UnSubscribeVideoUserIds": USER_IDS,
}

RECORD_PARAMS: Shape = {
    "RecordMode": Int(low=1, high=2, required=True),
    "MaxIdleTime": Int(low=5, high=86_400),
    "StreamType": Int(high=2),
    "SubscribeStreamUserIds": Obj(shape=SUBSCRIPTION),
    "OutputFormat": Int(high=4),
    "AvMerge": Int(high=1),
    "MaxMediaFileDuration": Int(low=1, high=1440),
    "MediaId": Int(high=2),
    "FillType": Int(high=1),
    "SubscribeAbility": Int(high=1),
}

CLOUD_STORAGE: Shape = {
    "Vendor": Int(high=1, required=True),
    "Region": Text(required=True),
    "Bucket": Text(required=True),
    "AccessKey": Text(required=True),
    "SecretKey": Text(required=True),
    "FileNamePrefix": Texts(pattern=NAME, why=NAME_WHY),
}

TENCENT_VOD: Shape = {
    "Procedure": Text(),
    "ExpireTime": Int(),
    "StorageRegion": Text(),
    "ClassId": Int(),
    "SubAppId": Int(),
    "SessionContext": Text(),
    "SourceContext": Text(),
    "MediaType": Int(high=4),
    "UserDefineRecordId": Text(pattern=r"[A-Za-z0-9_-]{1,64}", why=f"at most 64 bytes; {NAME_WHY}"),
}

STORAGE_PARAMS: Shape = {
    "CloudStorage": Obj(shape=CLOUD_STORAGE),
    "CloudVod": Obj(shape={"TencentVod": Obj(shape=TENCENT_VOD)}),
}

VIDEO_PARAMS: Shape = {
    "Width": Int(low=1, high=1920, required=True),
    "Height": Int(low=1, high=1920, required=True),
    "Fps": Int(low=1, high=60, required=True),
    "BitRate": Int(low=64_000, high=8_192_000, required=True),
    "Gop": Int(low=1, required=True),
}

AUDIO_PARAMS: Shape = {
    "SampleRate": Int(low=1, high=3, required=True),
    "Channel": Int(low=1, high=2, required=True),
    "BitRate": Int(low=32_000, high=128_000, required=True),
}

WINDOW: Shape = {
    "Top": Int(high=1920, required=True),
    "Left": Int(high=1920, required=True),
    "Width": Int(high=1920, required=True),
    "Height": Int(high=1920, required=True),
    "UserId": Text(),
    "Alpha": Int(high=255),
    "RenderMode": Int(high=3),
    "MediaId": Int(high=1),
    "ImageLayer": Int(),
    "SubBackgroundImage": IMAGE_URL,
}

WATER_MARK: Shape = {
    "WaterMarkType": Int(high=2),
    "WaterMarkImage": Obj(
        shape={
            "WaterMarkUrl": REQUIRED_IMAGE_URL,
            "Top": Int(high=2560, required=True),
            "Left": Int(high=2560, required=True),
            "Width": Int(high=2560, required=True),
            "Height": Int(high=2560, required=True),
        }
    ),
    "WaterMarkChar": Obj(
        shape={
            "Top": Int(required=True),
            "Left": Int(required=True),
            "Width": Int(required=True),
            "Height": Int(required=True),
            "Chars": Text(required=True),
            "FontSize": Int(),
            "FontColor": TEXT_COLOR,
            "BackGroundColor": TEXT_COLOR,
            "Font": FONT,
        }
    ),
    "WaterMarkTimestamp": Obj(
        shape={
            "Pos": Int(high=6, required=True),
            "TimeZone": Int(low=-12, high=14),
            "Font": FONT,
        }
    ),
}

LAYOUT: Shape = {
    "MixLayoutMode": Int(low=1, high=4, required=True),
    "MixLayoutList": Objs(shape=WINDOW, most=25),
    "BackGroundColor": Text(pattern=r"#[0-9A-Fa-f]{6}", why="a colour such as #FFA500"),
    "MaxResolutionUserId": Text(),
    "MediaId": Int(high=1),
    "BackgroundImageUrl": IMAGE_URL,
    "PlaceHolderMode": Int(high=1),
    "BackgroundImageRenderMode": Int(high=3),
    "DefaultSubBackgroundImage": IMAGE_URL,
    "WaterMarkList": Objs(shape=WATER_MARK, most=25),
    "RenderMode": Int(high=3),
    "MaxResolutionUserAlign": Int(high=1),
    "PureAudioDisableLayout": Flag(),
}

CREATE: Shape = {
    "SdkAppId": Int(required=True),
    "RoomId": Text(required=True),
    "UserId": Text(
        required=True,
        pattern=r"[A-Za-z0-9_-]{1,32}",
        why=f"at most 32 bytes; {NAME_WHY}",
        code="UserId",
    ),
    "UserSig": Text(required=True),
    "RecordParams": Obj(shape=RECORD_PARAMS, required=True),
    "StorageParams": Obj(shape=STORAGE_PARAMS, required=True),
    "RoomIdType": Int(high=1),
    "MixTranscodeParams": Obj(shape={"VideoParams": Obj(shape=VIDEO_PARAMS), "AudioParams": Obj(shape=AUDIO_PARAMS)}),
    "MixLayoutParams": Obj(shape=LAYOUT),
    "ResourceExpiredHour": Int(low=6, high=720),
    "PrivateMapKey": Text(),
}

MODIFY: Shape = {
    "SdkAppId": Int(required=True),
    "TaskId": Text(required=True),
    "MixLayoutParams": Obj(shape=LAYOUT),
    "SubscribeStreamUserIds": Obj(shape=SUBSCRIPTION),
}

DESCRIBE: Shape = {
    "SdkAppId": Int(required=True),
    "TaskId": Text(required=True),
    "RecorderKey": Text(),
}

DELETE: Shape = {"SdkAppId": Int(required=True), "TaskId": Text(required=True)}
