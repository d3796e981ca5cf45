"""The order of elements in an encapsulation, against a second reproduction of the schema in DA/T 48-2009.

The order was read in the source of another archive system that prints the schema (class `EssEepServiceImpl`); only the
names and their order are here. The standard itself was not read.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from lxml import etree

from preserve.access.transfer import handing
from preserve.access.transfer.exporting import export
from preserve.access.transfer.steps import cancel, prepare
from preserve.progress import Silent
from tests.support.asking import Counter

pytestmark = pytest.mark.xdist_group("transfer-steps")

_SPACE = "{http://www.saac.gov.cn/standards/ERM/encapsulation}"
ORDER = {
    "电子文件封装包": "封装包格式描述 版本 被签名对象 电子签名块 锁定签名",
    "被签名对象": "封装包类型 封装包类型描述 封装包创建时间 封装包创建单位 封装内容 修改封装内容",
    "封装内容": "文件实体块 业务实体块 机构人员实体块",
    "文件实体块": "文件实体 文件实体关系",
    "文件实体": "聚合层次 来源 电子文件号 档号 内容描述 形式特征 存储位置 权限管理 信息系统描述 附注 文件数据",
    "来源": "档案馆名称 档案馆代码 全宗名称 立档单位名称",
    "档号": "全宗号 目录号 年度 保管期限 机构或问题 室编案卷号 馆编案卷号 室编件号 馆编件号 页号",
    "内容描述": "题名 并列题名 副题名 说明题名文字 主题词 关键词 人名 摘要 分类号 文件编号 责任者 日期 文种 紧急程度 主送 抄送 密级 保密期限",
    "形式特征": "文件组合类型 页数 语种 稿本",
    "存储位置": "当前位置 脱机载体编号 脱机载体存址 缩微号",
    "权限管理": "知识产权说明 授权 控制标识",
    "文件数据": "文档",
    "文档": "文档标识符 文档序号 文档主从声明 题名 文档数据",
    "文档数据": "编码",
    "编码": "电子属性 数字化属性 编码描述 反编码关键字 编码数据",
    "电子属性": "格式信息 计算机文件名 计算机文件大小 文档创建程序",
    "业务实体块": "业务实体",
    "业务实体": "业务标识符 机构人员标识符 文件标识符 业务状态 业务行为 行为时间 行为依据 行为描述",
    "机构人员实体块": "机构人员实体 机构人员实体关系",
    "机构人员实体": "机构人员标识符 机构人员类型 机构人员名称 组织机构代码 个人职位",
    "电子签名块": "电子签名",
    "电子签名": "签名标识符 签名规则 签名时间 签名人 签名结果 证书块 签名算法标识",
    "证书块": "证书 证书引证",
    "锁定签名": "被锁定签名标识符 签名规则 签名时间 签名人 签名结果 证书块 签名算法标识",
}
"""The children of each element, in their order."""
CHOSEN = {
    "文件组合类型": {"单件", "组合文件"},
    "文档主从声明": {"主文档", "附属文档"},
    "业务状态": {"历史行为", "计划任务"},
}
CHOSEN |= {"机构人员类型": {"单位", "内设机构", "个人"}, "封装包类型": {"原始型", "修改型"}, "聚合层次": {"文件"}}
"""Elements with a fixed set of values."""


def test_every_element_stands_where_the_other_source_has_it(counter: Counter, tmp_path: Path) -> None:
    transfer = prepare(counter.actor(), [counter.case], receiver="临江市档案馆", basis="计划", form="eep")
    try:
        archive = counter.archive
        export(archive, transfer, "founder", tmp_path, moment=archive.now(), progress=Silent())
    finally:
        handing.forget(counter.archive.home, transfer.number)
        cancel(counter.actor(), transfer.number, reason="试验完毕")
    seen = set()
    for path in sorted(tmp_path.rglob("*.eep")):
        for element in etree.parse(str(path), etree.XMLParser(huge_tree=True)).iter(etree.Element):
            name = str(element.tag).removeprefix(_SPACE)
            children = [str(child.tag).removeprefix(_SPACE) for child in element]
            if children:
                order = ORDER[name].split()
                places = [order.index(child) for child in children]
                assert places == sorted(places), name
                seen.add(name)
            if name in CHOSEN:
                assert element.text in CHOSEN[name]
    assert seen == set(ORDER), "signed encapsulations hold every one of them"
